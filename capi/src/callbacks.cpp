#include "capi/src/callbacks.h"

namespace credit::capi {
namespace {

const Error& no_memory() {
    static const Error error(Code::out_of_memory, "out of memory");
    return error;
}

}  // namespace

DoneCallback wrap_done(void* context, credit_done_callback callback) {
    return [context, callback](const Error* error) {
        if (callback == nullptr) return;
        if (error == nullptr) return callback(context, nullptr);
        const credit_error borrowed(*error);
        callback(context, &borrowed);
    };
}

TokenCallback wrap_token(void* context, credit_token_callback callback) {
    return [context, callback, kept = HeldToken(TokenHandle::make())](
               const TokenRef& token, TokenSource source, const Error* error) mutable {
        // Let go when this call is over, not when the engine forgets the function.
        const HeldToken handed_out = std::move(kept);
        if (error != nullptr) {
            const credit_error borrowed(*error);
            return callback(context, nullptr, &borrowed);
        }
        handed_out.get()->fill(token, source);
        callback(context, to_c(handed_out.get()), nullptr);
    };
}

TextCallback wrap_text(void* context, credit_text_callback callback) {
    return [context, callback](const std::string& text, const Error* error) {
        if (error == nullptr) return callback(context, to_c(text), nullptr);
        const credit_error borrowed(*error);
        callback(context, literal(""), &borrowed);
    };
}

JourneyCallback wrap_journey(void* context, credit_journey_callback callback) {
    no_memory();  // made now, while there is memory
    return [context, callback, kept = Ref<credit_journey>::make()](
               const std::optional<Journey>& journey, const Error* error) mutable {
        const Ref<credit_journey> handed_out = std::move(kept);
        const Error* shown = error;
        if (shown == nullptr && journey.has_value()) {
            const credit_code copied = guard([&] {
                handed_out->journey = *journey;
                return CREDIT_OK;
            });
            if (copied != CREDIT_OK) shown = &no_memory();
        }
        if (shown != nullptr) {
            const credit_error borrowed(*shown);
            return callback(context, nullptr, &borrowed);
        }
        callback(context, journey.has_value() ? handed_out.get() : nullptr, nullptr);
    };
}

CallCallback wrap_call(void* context, credit_response_callback callback) {
    return [context, callback, kept = Ref<credit_response>::make()](
               std::shared_ptr<const CallResponse> response, const Error* error) mutable {
        const Ref<credit_response> handed_out = std::move(kept);
        if (error != nullptr) {
            const credit_error borrowed(*error);
            return callback(context, nullptr, &borrowed);
        }
        handed_out->call = std::move(response);
        callback(context, handed_out.get(), nullptr);
    };
}

}  // namespace credit::capi

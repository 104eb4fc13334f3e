#include "capi/src/error.h"

#include <new>

#include "capi/src/strings.h"

namespace credit::capi {
namespace {

// For moments in which nothing can be allocated. The texts are short enough to lie inside
// std::string itself, and nothing is ever destroyed, like everything the app may still hold at
// exit.
class FixedError {
  public:
    FixedError(Code code, const char* text) : error_(code, text), view_(error_) {}
    credit_error& view() noexcept { return view_; }

  private:
    Error error_;
    credit_error view_;
};

template <Code code>
credit_error& fixed(const char* text) noexcept {
    alignas(FixedError) static unsigned char storage[sizeof(FixedError)];
    static FixedError* const made = new (storage) FixedError(code, text);
    return made->view();
}

credit_error& fixed_error(Code code) noexcept {
    if (code == Code::out_of_memory) return fixed<Code::out_of_memory>("out of memory");
    if (code == Code::forked) return fixed<Code::forked>("forked child");
    return fixed<Code::internal>("failed check");
}

bool has_fixed_text(const Error& error) noexcept {
    const bool possible = error.code == Code::out_of_memory || error.code == Code::forked ||
                          error.code == Code::internal;
    return possible && error.message.empty();
}

}  // namespace

credit_code hand_out(credit_error** out, const Error& error) noexcept {
    if (out == nullptr) return to_c(error.code);
    if (has_fixed_text(error)) {
        *out = &fixed_error(error.code);
        return to_c(error.code);
    }
    const credit_code made = guard([&] {
        *out = new OwnedError(error);
        return CREDIT_OK;
    });
    if (made != CREDIT_OK) *out = &fixed_error(Code::out_of_memory);
    return to_c(error.code);
}

namespace {

template <class Get>
credit_str text_of(const credit_error* error, Get get) noexcept {
    return error == nullptr ? literal("") : to_c(get(*error->shown));
}

}  // namespace
}  // namespace credit::capi

using credit::capi::text_of;

credit_code credit_error_code(const credit_error* error) noexcept {
    return error == nullptr ? CREDIT_OK : credit::capi::to_c(error->shown->code);
}

credit_str credit_error_message(const credit_error* error) noexcept {
    return text_of(error, [](const credit::Error& e) -> const std::string& { return e.message; });
}

credit_str credit_error_platform_code(const credit_error* error) noexcept {
    return text_of(error,
                   [](const credit::Error& e) -> const std::string& { return e.platform_code; });
}

int32_t credit_error_http_status(const credit_error* error) noexcept {
    return error == nullptr ? 0 : error->shown->http_status;
}

credit_str credit_error_request_id(const credit_error* error) noexcept {
    return text_of(error,
                   [](const credit::Error& e) -> const std::string& { return e.request_id; });
}

credit_str credit_error_correlation_id(const credit_error* error) noexcept {
    return text_of(error,
                   [](const credit::Error& e) -> const std::string& { return e.correlation_id; });
}

int64_t credit_error_retry_after_ms(const credit_error* error) noexcept {
    return error == nullptr ? -1 : error->shown->retry_after_ms;
}

void credit_error_release(credit_error* error) noexcept {
    credit::capi::guard_void([&] {
        if (error != nullptr && error->owned) delete static_cast<credit::capi::OwnedError*>(error);
    });
}

#include "callbacks.h"

#include "upcall.h"

namespace credit::jni {

void on_done(void* context, const credit_error* error) {
    Upcall up;
    if (!up) return;
    if (error) return report_failure(up, id_of(context), error);
    up.run(ids.done, id_of(context));
}

void on_token(void* context, credit_token* token, const credit_error* error) {
    Upcall up;
    if (!up) return;
    const jint id = id_of(context);
    if (error) return report_failure(up, id, error);
    jbyteArray value = make_bytes(up.env(), credit_token_value(token));
    if (!value) return report_failure(up, id, CREDIT_OUT_OF_MEMORY);
    up.run(ids.token, id, value, static_cast<jlong>(credit_token_expires_at_ms(token)),
           static_cast<jlong>(credit_token_generation(token)),
           static_cast<jint>(credit_token_source_of(token)));
}

void on_text(void* context, credit_str text, const credit_error* error) {
    Upcall up;
    if (!up) return;
    const jint id = id_of(context);
    if (error) return report_failure(up, id, error);
    jbyteArray bytes = make_bytes(up.env(), text);
    if (!bytes) return report_failure(up, id, CREDIT_OUT_OF_MEMORY);
    up.run(ids.text, id, bytes);
}

namespace {

// requestID, correlationID, platform code, then names and values of the headers.
jobjectArray response_texts(JNIEnv* env, const credit_response* response) {
    constexpr std::size_t before = 3;
    const std::size_t headers = credit_response_header_count(response);
    jobjectArray list = make_list(env, before + 2 * headers);
    bool good = list && put(env, list, 0, credit_response_request_id(response)) &&
                put(env, list, 1, credit_response_correlation_id(response)) &&
                put(env, list, 2, credit_response_platform_code(response));
    for (std::size_t i = 0; good && i < headers; ++i) {
        const credit_header header = credit_response_header_at(response, i);
        good = put(env, list, before + 2 * i, header.name) &&
               put(env, list, before + 2 * i + 1, header.value);
    }
    return good ? list : nullptr;
}

}  // namespace

void on_response(void* context, credit_response* response, const credit_error* error) {
    Upcall up;
    if (!up) return;
    const jint id = id_of(context);
    if (error) return report_failure(up, id, error);
    jobjectArray texts = response_texts(up.env(), response);
    jbyteArray body = texts ? make_bytes(up.env(), credit_response_body(response)) : nullptr;
    if (!body) return report_failure(up, id, CREDIT_OUT_OF_MEMORY);
    up.run(ids.response, id, static_cast<jint>(credit_response_status(response)),
           static_cast<jint>(credit_response_attempts(response)), body, texts);
}

void on_journey(void* context, credit_journey* journey, const credit_error* error) {
    Upcall up;
    if (!up) return;
    const jint id = id_of(context);
    if (error) return report_failure(up, id, error);
    jobjectArray texts = nullptr;
    if (journey) {
        JNIEnv* env = up.env();
        texts = make_list(env, 3);
        if (!texts || !put(env, texts, 0, credit_journey_id(journey)) ||
            !put(env, texts, 1, credit_journey_status(journey)) ||
            !put(env, texts, 2, credit_journey_next_action(journey)))
            return report_failure(up, id, CREDIT_OUT_OF_MEMORY);
    }
    up.run(ids.journey, id, texts);
}

void on_state(void* context, const credit_state_info* info) {
    Upcall up;
    if (!up) return;
    up.run(ids.state, id_of(context), static_cast<jint>(info->state),
           static_cast<jint>(info->properties), static_cast<jint>(info->reason),
           static_cast<jlong>(info->generation), static_cast<jlong>(info->expires_at_ms));
}

void on_released(void* context) {
    Upcall up;
    if (up) up.run(ids.released, id_of(context));
}

}  // namespace credit::jni

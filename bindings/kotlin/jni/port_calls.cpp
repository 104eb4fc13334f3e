// Session provider, partner login, transport, clock and log.
#include <array>

#include "callbacks.h"
#include "ports.h"
#include "upcall.h"

namespace credit::jni {
namespace {

credit_str failed_in_kotlin() {
    return credit_string("the app's implementation failed");
}

void provide(void* context, const credit_provider_request* request, credit_provider_call* call) {
    Upcall up;
    if (up) {
        JNIEnv* env = up.env();
        const credit_str texts[] = {request->borrower_external_id, request->journey_type,
                                    request->profile_json, request->correlation_id,
                                    request->idempotency_key};
        jobjectArray list = make_list(env, sizeof texts / sizeof *texts);
        bool good = list != nullptr;
        for (std::size_t i = 0; good && i < sizeof texts / sizeof *texts; ++i)
            good = put(env, list, i, texts[i]);
        const auto healing = static_cast<jboolean>(request->healing ? JNI_TRUE : JNI_FALSE);
        // From here on Kotlin answers, exactly once, unless it threw before it took the call over.
        if (up.run(ids.provide, id_of(context), healing, list, handle(call))) return;
    }
    credit_provider_fail(call, CREDIT_PROVIDER_FAILED, failed_in_kotlin());
}

void partner_headers(void* context, credit_partner_auth_call* call) {
    Upcall up;
    if (up && up.run(ids.partner_headers, id_of(context), handle(call))) return;
    credit_partner_auth_fail(call, CREDIT_PROVIDER_FAILED, failed_in_kotlin());
}

// Method, URL, then names and values of the headers.
jobjectArray request_texts(JNIEnv* env, const credit_http_request* request) {
    constexpr std::size_t before = 2;
    jobjectArray list = make_list(env, before + 2 * std::size_t{request->header_count});
    bool good = list && put(env, list, 0, request->method) && put(env, list, 1, request->url);
    for (std::size_t i = 0; good && i < request->header_count; ++i) {
        good = put(env, list, before + 2 * i, request->headers[i].name) &&
               put(env, list, before + 2 * i + 1, request->headers[i].value);
    }
    return good ? list : nullptr;
}

void start_http(void* context, const credit_http_request* request, credit_http_exchange* exchange) {
    Upcall up;
    if (up) {
        JNIEnv* env = up.env();
        jobjectArray texts = request_texts(env, request);
        jbyteArray body = texts ? make_bytes(env, request->body) : nullptr;
        const auto fresh = static_cast<jboolean>(request->fresh_connection ? JNI_TRUE : JNI_FALSE);
        if (up.run(ids.start_http, id_of(context), body, texts,
                   static_cast<jlong>(request->timeout_ms),
                   static_cast<jlong>(request->max_reply_bytes), fresh, handle(exchange)))
            return;
    }
    credit_http_fail(exchange, CREDIT_HTTP_REFUSED, 0, failed_in_kotlin());
}

void cancel_http(void* context, credit_http_exchange* exchange) {
    Upcall up;
    if (up) up.run(ids.cancel_http, id_of(context), handle(exchange));
}

void log_line(void* context, credit_log_level level, credit_str line) {
    Upcall up;
    if (!up) return;
    jbyteArray bytes = make_bytes(up.env(), line);
    up.run(ids.log, id_of(context), static_cast<jint>(level), bytes);
}

void now(void* context, credit_now* out) {
    Upcall up;
    if (!up) return;
    std::array<jlong, 3> read{};
    jlongArray room = up.env()->NewLongArray(static_cast<jsize>(read.size()));
    if (!up.run(ids.now, id_of(context), room)) return;
    up.env()->GetLongArrayRegion(room, 0, static_cast<jsize>(read.size()), read.data());
    out->wall_ms = read[0];
    out->elapsed_ms = read[1];
    out->boot_id = static_cast<std::uint64_t>(read[2]);
}

}  // namespace

credit_code set_provider(credit_config* config, jint id) {
    credit_session_provider provider{};
    provider.struct_size = sizeof provider;
    provider.context = context_of(id);
    provider.provide = provide;
    provider.release = on_released;
    return credit_config_set_session_provider(config, &provider);
}

credit_code set_partner_auth(credit_config* config, jint id) {
    credit_partner_auth auth{};
    auth.struct_size = sizeof auth;
    auth.context = context_of(id);
    auth.headers = partner_headers;
    auth.release = on_released;
    return credit_config_set_partner_auth(config, &auth);
}

credit_transport transport_of(jint id) {
    credit_transport transport{};
    transport.struct_size = sizeof transport;
    transport.context = context_of(id);
    transport.start = start_http;
    transport.cancel = cancel_http;
    transport.release = on_released;
    return transport;
}

credit_code set_transport(credit_config* config, jint id) {
    const credit_transport transport = transport_of(id);
    return credit_config_set_transport(config, &transport);
}

credit_code set_clock(credit_config* config, jint id) {
    credit_clock clock{};
    clock.struct_size = sizeof clock;
    clock.context = context_of(id);
    clock.now = now;
    clock.release = on_released;
    return credit_config_set_clock(config, &clock);
}

credit_code set_logger(credit_config* config, jint id) {
    credit_logger logger{};
    logger.struct_size = sizeof logger;
    logger.context = context_of(id);
    logger.log = log_line;
    logger.release = on_released;
    return credit_config_set_logger(config, &logger);
}

credit_code set_port(credit_config* config, PortKind kind, jint id) {
    switch (kind) {
        case PortKind::kStore:
            return set_store(config, id, false);
        case PortKind::kStoreWithLock:
            return set_store(config, id, true);
        case PortKind::kSealingKey:
            return set_sealing_key(config, id);
        case PortKind::kTransport:
            return set_transport(config, id);
        case PortKind::kClock:
            return set_clock(config, id);
        case PortKind::kLogger:
            return set_logger(config, id);
        case PortKind::kProvider:
            return set_provider(config, id);
        case PortKind::kPartnerAuth:
            return set_partner_auth(config, id);
        case PortKind::kBackground:
            return set_background(config, id);
    }
    return CREDIT_INVALID_ARGUMENT;
}

}  // namespace credit::jni

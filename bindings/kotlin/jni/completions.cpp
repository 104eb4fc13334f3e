// Native methods by which Kotlin answers what the library asked of a port.
#include "natives.h"
#include "upcall.h"

namespace credit::jni {
namespace {

credit_str no_memory() {
    return credit_string("no memory");
}

jint sink_write(JNIEnv* env, jclass, jlong sink, jbyteArray record) {
    const Bytes bytes(env, record);
    if (!bytes.good()) return CREDIT_OUT_OF_MEMORY;
    return credit_sink_write(pointer<credit_sink>(sink), bytes.bytes(), bytes.size());
}

void provider_complete(JNIEnv* env, jclass, jlong call, jbyteArray json) {
    auto* waiting = pointer<credit_provider_call>(call);
    const Bytes text(env, json);
    if (!text.good()) return credit_provider_fail(waiting, CREDIT_OUT_OF_MEMORY, no_memory());
    credit_provider_complete(waiting, text.str());
}

void provider_fail(JNIEnv* env, jclass, jlong call, jint code, jbyteArray message) {
    const Bytes text(env, message);
    credit_provider_fail(pointer<credit_provider_call>(call), static_cast<credit_code>(code),
                         text.str());
}

void partner_complete(JNIEnv* env, jclass, jlong call, jobjectArray headers) {
    auto* waiting = pointer<credit_partner_auth_call>(call);
    const ByteList list(env, headers);
    const Headers made(list);
    if (!list.good() || !made.good())
        return credit_partner_auth_fail(waiting, CREDIT_OUT_OF_MEMORY, no_memory());
    credit_partner_auth_complete(waiting, made.data(), made.size());
}

void partner_fail(JNIEnv* env, jclass, jlong call, jint code, jbyteArray message) {
    const Bytes text(env, message);
    credit_partner_auth_fail(pointer<credit_partner_auth_call>(call),
                             static_cast<credit_code>(code), text.str());
}

jboolean http_may_send(JNIEnv*, jclass, jlong exchange) {
    return credit_http_may_send(pointer<credit_http_exchange>(exchange)) != 0;
}

void http_complete(JNIEnv* env, jclass, jlong exchange, jint status, jobjectArray headers,
                   jbyteArray body) {
    auto* waiting = pointer<credit_http_exchange>(exchange);
    const ByteList list(env, headers);
    const Headers made(list);
    const Bytes content(env, body);
    if (!list.good() || !made.good() || !content.good())
        return credit_http_fail(waiting, CREDIT_HTTP_INTERRUPTED, 1, no_memory());
    credit_http_complete(waiting, status, made.data(), made.size(), content.bytes(),
                         content.size());
}

void http_fail(JNIEnv* env, jclass, jlong exchange, jint failure, jboolean maybe_sent,
               jbyteArray detail) {
    const Bytes text(env, detail);
    credit_http_fail(pointer<credit_http_exchange>(exchange),
                     static_cast<credit_http_failure>(failure), maybe_sent ? 1 : 0, text.str());
}

}  // namespace

NativeTable completion_natives() {
    static const JNINativeMethod methods[] = {
        native("sinkWrite", "(J[B)I", sink_write),
        native("providerComplete", "(J[B)V", provider_complete),
        native("providerFail", "(JI[B)V", provider_fail),
        native("partnerComplete", "(J[[B)V", partner_complete),
        native("partnerFail", "(JI[B)V", partner_fail),
        native("httpMaySend", "(J)Z", http_may_send),
        native("httpComplete", "(JI[[B[B)V", http_complete),
        native("httpFail", "(JIZ[B)V", http_fail),
    };
    return {methods, sizeof methods / sizeof *methods};
}

}  // namespace credit::jni

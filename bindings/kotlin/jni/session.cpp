// Native methods that open, watch and close a session.
#include "callbacks.h"
#include "natives.h"
#include "upcall.h"

namespace credit::jni {
namespace {

credit_session* session_of(jlong value) {
    return pointer<credit_session>(value);
}

jlong session_open(JNIEnv* env, jclass, jlong config, jbyteArray borrower) {
    const Bytes id(env, borrower);
    if (!id.good()) return 0;
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    const credit_code code =
        credit_session_open(pointer<credit_config>(config), id.str(), &session, &error);
    if (code != CREDIT_OK) throw_error(env, code, error);
    credit_error_release(error);
    return handle(session);
}

void session_release(JNIEnv*, jclass, jlong session) {
    credit_session_release(session_of(session));
}

jint session_close(JNIEnv*, jclass, jlong session, jint id) {
    return credit_session_close(session_of(session), context_of(id), on_done);
}

jint session_state(JNIEnv* env, jclass, jlong session, jlongArray out) {
    credit_state_info info{};
    info.struct_size = sizeof info;
    const credit_code code = credit_session_state(session_of(session), &info);
    const jlong facts[] = {info.state, info.properties, info.reason,
                           static_cast<jlong>(info.generation), info.expires_at_ms};
    env->SetLongArrayRegion(out, 0, sizeof facts / sizeof *facts, facts);
    return code;
}

jint session_subscribe(JNIEnv* env, jclass, jlong session, jint id, jlongArray out) {
    credit_observer observer{};
    observer.struct_size = sizeof observer;
    observer.context = context_of(id);
    observer.on_state = on_state;
    observer.release = on_released;
    std::uint64_t subscription = 0;
    const credit_code code =
        credit_session_subscribe(session_of(session), &observer, &subscription);
    const auto number = static_cast<jlong>(subscription);
    env->SetLongArrayRegion(out, 0, 1, &number);
    return code;
}

jint session_unsubscribe(JNIEnv*, jclass, jlong session, jlong subscription) {
    return credit_session_unsubscribe(session_of(session),
                                      static_cast<std::uint64_t>(subscription));
}

// The fast path: one call, no other thread. The token's bytes, or null; out: code, expiry, generation, source.
jbyteArray current_token(JNIEnv* env, jclass, jlong session, jlong minimum, jlongArray out) {
    credit_token* token = nullptr;
    const credit_code code = credit_session_current_token(session_of(session), minimum, &token);
    jlong facts[] = {code, 0, 0, 0};
    jbyteArray value = nullptr;
    if (code == CREDIT_OK) {
        facts[1] = credit_token_expires_at_ms(token);
        facts[2] = static_cast<jlong>(credit_token_generation(token));
        facts[3] = credit_token_source_of(token);
        value = make_bytes(env, credit_token_value(token));
        credit_token_release(token);
        if (!value) return nullptr;
    }
    env->SetLongArrayRegion(out, 0, sizeof facts / sizeof *facts, facts);
    return value;
}

jint reject_token(JNIEnv*, jclass, jlong session, jlong generation) {
    return credit_session_reject_token(session_of(session), static_cast<std::uint64_t>(generation));
}

jint cancel(JNIEnv*, jclass, jlong session, jlong op) {
    return credit_session_cancel(session_of(session), static_cast<credit_op>(op));
}

jint notify(JNIEnv*, jclass, jlong session, jint hint) {
    return credit_session_notify(session_of(session), static_cast<credit_hint>(hint));
}

}  // namespace

NativeTable session_natives() {
    static const JNINativeMethod methods[] = {
        native("sessionOpen", "(J[B)J", session_open),
        native("sessionRelease", "(J)V", session_release),
        native("sessionClose", "(JI)I", session_close),
        native("sessionState", "(J[J)I", session_state),
        native("sessionSubscribe", "(JI[J)I", session_subscribe),
        native("sessionUnsubscribe", "(JJ)I", session_unsubscribe),
        native("currentToken", "(JJ[J)[B", current_token),
        native("rejectToken", "(JJ)I", reject_token),
        native("cancel", "(JJ)I", cancel),
        native("notifyHint", "(JI)I", notify),
    };
    return {methods, sizeof methods / sizeof *methods};
}

}  // namespace credit::jni

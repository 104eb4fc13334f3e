#include "upcall.h"

namespace credit::jni {

namespace {
constexpr jint kLocals = 32;
constexpr jlong kNotSaid = -1;
}  // namespace

Upcall::Upcall() : env_(attached_env()) {
    if (env_ && env_->PushLocalFrame(kLocals) != 0) {
        env_->ExceptionClear();
        env_ = nullptr;
    }
}

Upcall::~Upcall() {
    if (env_) env_->PopLocalFrame(nullptr);
}

bool Upcall::broken() {
    if (!env_->ExceptionCheck()) return false;
    env_->ExceptionClear();
    return true;
}

ErrorFacts describe(JNIEnv* env, const credit_error* error) {
    ErrorFacts facts{credit_error_code(error), credit_error_http_status(error),
                     credit_error_retry_after_ms(error), nullptr};
    const credit_str texts[] = {credit_error_message(error), credit_error_platform_code(error),
                                credit_error_request_id(error), credit_error_correlation_id(error)};
    constexpr std::size_t count = sizeof texts / sizeof *texts;
    jobjectArray list = make_list(env, count);
    for (std::size_t i = 0; list && i < count; ++i) {
        if (!put(env, list, i, texts[i])) return facts;
    }
    facts.texts = list;
    return facts;
}

void report_failure(Upcall& up, jint id, const credit_error* error) {
    const ErrorFacts facts = describe(up.env(), error);
    up.broken();
    if (!up.run(ids.failed, id, facts.code, facts.http_status, facts.retry_after_ms, facts.texts))
        report_failure(up, id, static_cast<credit_code>(facts.code));
}

void report_failure(Upcall& up, jint id, credit_code code) {
    up.broken();
    up.run(ids.failed, id, static_cast<jint>(code), jint{0}, kNotSaid,
           static_cast<jobjectArray>(nullptr));
}

void throw_error(JNIEnv* env, credit_code code, const credit_error* error) {
    ErrorFacts facts{code, 0, kNotSaid, nullptr};
    if (error) facts = describe(env, error);
    if (env->ExceptionCheck()) return;
    auto thrown = static_cast<jthrowable>(
        env->CallStaticObjectMethod(ids.owner, ids.exception, facts.code, facts.http_status,
                                    facts.retry_after_ms, facts.texts));
    if (thrown && !env->ExceptionCheck()) env->Throw(thrown);
}

}  // namespace credit::jni

// One call from the library into Kotlin: attaches, keeps local references in a frame, lets no exception through.
#pragma once

#include "jvm.h"

namespace credit::jni {

class Upcall {
  public:
    Upcall();
    ~Upcall();
    Upcall(const Upcall&) = delete;
    Upcall& operator=(const Upcall&) = delete;

    // False: the virtual machine is gone or has no memory; nothing may be called.
    explicit operator bool() const { return env_ != nullptr; }
    JNIEnv* env() const { return env_; }

    // False when Kotlin threw. The exception is cleared: the library's threads have nobody to give it to, and the
    // Kotlin side reports what its own callers have to know.
    template <class... Arguments>
    bool run(jmethodID method, Arguments... arguments) {
        if (broken()) return false;
        env_->CallStaticVoidMethod(ids.owner, method, arguments...);
        return !broken();
    }

    // What Kotlin answers, `otherwise` when it threw.
    template <class... Arguments>
    jint ask(jint otherwise, jmethodID method, Arguments... arguments) {
        if (broken()) return otherwise;
        const jint answer = env_->CallStaticIntMethod(ids.owner, method, arguments...);
        return broken() ? otherwise : answer;
    }

    template <class... Arguments>
    jlong ask_long(jlong otherwise, jmethodID method, Arguments... arguments) {
        if (broken()) return otherwise;
        const jlong answer = env_->CallStaticLongMethod(ids.owner, method, arguments...);
        return broken() ? otherwise : answer;
    }

    // True, and clears it, if something was thrown since.
    bool broken();

  private:
    JNIEnv* env_;
};

// The five texts of an error and its numbers, as Upcalls.failed and Upcalls.exception take them.
struct ErrorFacts {
    jint code;
    jint http_status;
    jlong retry_after_ms;
    jobjectArray texts;  // nullptr, maybe with an exception pending, when there was no memory
};
ErrorFacts describe(JNIEnv* env, const credit_error* error);

// Tells the waiting call of this number that it failed; does so without the texts when there is no memory for them.
void report_failure(Upcall& up, jint id, const credit_error* error);
void report_failure(Upcall& up, jint id, credit_code code);

// Throws the CreditException of an error into the Java caller of a native method.
void throw_error(JNIEnv* env, credit_code code, const credit_error* error);

}  // namespace credit::jni

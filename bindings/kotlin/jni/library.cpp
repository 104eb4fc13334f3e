// JNI_OnLoad, registration, and what the library says about itself.
#include "jvm.h"
#include "natives.h"

namespace credit::jni {
namespace {

jint check_abi(JNIEnv*, jclass) {
    return credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR);
}
jbyteArray version(JNIEnv* env, jclass) {
    return make_bytes(env, credit_version());
}
jbyteArray code_name(JNIEnv* env, jclass, jint code) {
    return make_bytes(env, credit_code_name(static_cast<credit_code>(code)));
}
jboolean code_is_retryable(JNIEnv*, jclass, jint code) {
    return credit_code_is_retryable(static_cast<credit_code>(code)) != 0;
}
jboolean code_needs_new_session(JNIEnv*, jclass, jint code) {
    return credit_code_needs_new_session(static_cast<credit_code>(code)) != 0;
}
jlong live_objects(JNIEnv*, jclass) {
    return static_cast<jlong>(credit_debug_live_objects());
}

}  // namespace

NativeTable library_natives() {
    static const JNINativeMethod methods[] = {
        native("checkAbi", "()I", check_abi),
        native("version", "()[B", version),
        native("codeName", "(I)[B", code_name),
        native("codeIsRetryable", "(I)Z", code_is_retryable),
        native("codeNeedsNewSession", "(I)Z", code_needs_new_session),
        native("liveObjects", "()J", live_objects),
    };
    return {methods, sizeof methods / sizeof *methods};
}

bool register_natives(JNIEnv* env) {
    jclass owner = env->FindClass("com/aarthiklabs/credit/Native");
    if (!owner) return false;
    const NativeTable tables[] = {library_natives(), config_natives(),   session_natives(),
                                  call_natives(),    checkout_natives(), completion_natives()};
    for (const NativeTable& table : tables) {
        if (env->RegisterNatives(owner, table.methods, static_cast<jint>(table.count)) != JNI_OK)
            return false;
    }
    env->DeleteLocalRef(owner);
    return true;
}

}  // namespace credit::jni

extern "C" JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void*) {
    void* env = nullptr;
    if (vm->GetEnv(&env, JNI_VERSION_1_6) != JNI_OK) return JNI_ERR;
    auto* known = static_cast<JNIEnv*>(env);
    if (!credit::jni::cache_ids(vm, known) || !credit::jni::register_natives(known)) return JNI_ERR;
    return JNI_VERSION_1_6;
}

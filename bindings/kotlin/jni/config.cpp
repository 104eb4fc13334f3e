// Native methods of the configuration.
#include <memory>
#include <new>

#include "natives.h"
#include "ports.h"
#include "upcall.h"

namespace credit::jni {
namespace {

// The same numbers as ConfigText in Native.kt.
enum class Text : jint {
    kPlatformUrl = 1,
    kPartnerUrl = 2,
    kStorageDir = 3,
    kStorageKey = 4,
    kStoragePassphrase = 5,
    kUserAgent = 6,
};

jlong config_create(JNIEnv* env, jclass) {
    credit_config* config = nullptr;
    const credit_code code = credit_config_create(&config);
    if (code != CREDIT_OK) throw_error(env, code, nullptr);
    return handle(config);
}

void config_release(JNIEnv*, jclass, jlong config) {
    credit_config_release(pointer<credit_config>(config));
}

void config_check(JNIEnv* env, jclass, jlong config) {
    credit_error* error = nullptr;
    const credit_code code = credit_config_check(pointer<credit_config>(config), &error);
    if (code != CREDIT_OK) throw_error(env, code, error);
    credit_error_release(error);
}

jint set_environment(JNIEnv*, jclass, jlong config, jint environment) {
    return credit_config_set_environment(pointer<credit_config>(config),
                                         static_cast<credit_environment>(environment));
}

jint set_route(JNIEnv*, jclass, jlong config, jint route) {
    return credit_config_set_refresh_route(pointer<credit_config>(config),
                                           static_cast<credit_refresh_route>(route));
}

credit_code set_one_text(credit_config* config, Text which, const Bytes& value) {
    switch (which) {
        case Text::kPlatformUrl:
            return credit_config_set_platform_url(config, value.str());
        case Text::kPartnerUrl:
            return credit_config_set_partner_url(config, value.str());
        case Text::kStorageDir:
            return credit_config_set_storage_dir(config, value.str());
        case Text::kStorageKey:
            return credit_config_set_storage_key(config, value.bytes(), value.size());
        case Text::kStoragePassphrase:
            return credit_config_set_storage_passphrase(config, value.str());
        case Text::kUserAgent:
            return credit_config_set_user_agent(config, value.str());
    }
    return CREDIT_INVALID_ARGUMENT;
}

jint set_text(JNIEnv* env, jclass, jlong config, jint which, jbyteArray value) {
    const Bytes bytes(env, value);
    if (!bytes.good()) return CREDIT_OUT_OF_MEMORY;
    return set_one_text(pointer<credit_config>(config), static_cast<Text>(which), bytes);
}

jint set_paths(JNIEnv* env, jclass, jlong config, jobjectArray texts) {
    const ByteList list(env, texts);
    if (!list.good()) return CREDIT_OUT_OF_MEMORY;
    credit_paths paths{};
    paths.struct_size = sizeof paths;
    paths.refresh = list.at(0);
    paths.journeys = list.at(1);
    paths.partner_session = list.at(2);
    paths.partner_refresh = list.at(3);
    return credit_config_set_paths(pointer<credit_config>(config), &paths);
}

jint set_refresh_request(JNIEnv* env, jclass, jlong config, jint carrier, jint body, jboolean quote,
                         jbyteArray api_version) {
    const Bytes version(env, api_version);
    if (!version.good()) return CREDIT_OUT_OF_MEMORY;
    credit_refresh_request request{};
    request.struct_size = sizeof request;
    request.carrier = static_cast<credit_credential_carrier>(carrier);
    request.body = static_cast<credit_refresh_body>(body);
    request.quote_idempotency_key = quote ? 1 : 0;
    request.api_version = version.str();
    return credit_config_set_refresh_request(pointer<credit_config>(config), &request);
}

// In the order of CreditPolicy.numbers().
jint set_policy(JNIEnv* env, jclass, jlong config, jlongArray numbers) {
    constexpr jsize count = 8;
    jlong read[count] = {};
    env->GetLongArrayRegion(numbers, 0, count, read);
    if (env->ExceptionCheck()) return CREDIT_INVALID_ARGUMENT;
    credit_policy policy{};
    policy.struct_size = sizeof policy;
    policy.max_waiters = static_cast<std::uint32_t>(read[0]);
    policy.refresh_ahead_ms = read[1];
    policy.minimum_lifetime_ms = read[2];
    policy.connect_timeout_ms = read[3];
    policy.attempt_timeout_ms = read[4];
    policy.settle_window_ms = read[5];
    policy.call_deadline_ms = read[6];
    policy.heal_spread_ms = read[7];
    return credit_config_set_policy(pointer<credit_config>(config), &policy);
}

jint set_tls(JNIEnv* env, jclass, jlong config, jbyteArray roots, jobjectArray pins) {
    const Bytes pem(env, roots);
    const ByteList list(env, pins);
    std::unique_ptr<credit_str[]> keys(new (std::nothrow) credit_str[list.size() + 1]);
    if (!pem.good() || !list.good() || !keys) return CREDIT_OUT_OF_MEMORY;
    for (std::size_t i = 0; i < list.size(); ++i)
        keys[i] = list.at(i);
    credit_tls tls{};
    tls.struct_size = sizeof tls;
    tls.ca_bundle_pem = pem.str();
    tls.pinned_key_count = static_cast<std::uint32_t>(list.size());
    tls.pinned_keys = list.size() ? keys.get() : nullptr;
    return credit_config_set_tls(pointer<credit_config>(config), &tls);
}

jint set_config_port(JNIEnv*, jclass, jlong config, jint kind, jint id) {
    return set_port(pointer<credit_config>(config), static_cast<PortKind>(kind), id);
}

}  // namespace

NativeTable config_natives() {
    static const JNINativeMethod methods[] = {
        native("configCreate", "()J", config_create),
        native("configRelease", "(J)V", config_release),
        native("configCheck", "(J)V", config_check),
        native("configSetEnvironment", "(JI)I", set_environment),
        native("configSetRoute", "(JI)I", set_route),
        native("configSetText", "(JI[B)I", set_text),
        native("configSetPaths", "(J[[B)I", set_paths),
        native("configSetRefreshRequest", "(JIIZ[B)I", set_refresh_request),
        native("configSetPolicy", "(J[J)I", set_policy),
        native("configSetTls", "(J[B[[B)I", set_tls),
        native("configSetPort", "(JII)I", set_config_port),
    };
    return {methods, sizeof methods / sizeof *methods};
}

}  // namespace credit::jni

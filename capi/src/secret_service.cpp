#include "capi/src/secret_service.h"

#include <map>
#include <mutex>

#include "capi/src/config.h"
#include "capi/src/field_check.h"
#include "capi/src/sized.h"
#include "core/base/check.h"

#if CREDIT_HAS_SECRET_SERVICE
#include "platform/secret_service/secret_service_key.h"
#endif

namespace credit::capi {
namespace {

constexpr std::int64_t kMostTimeoutMs = 60'000;
constexpr std::int64_t kMostPromptTimeoutMs = 600'000;

Status read_timeout(std::int64_t ms, std::int64_t most, const char* field,
                    std::optional<Millis>& out) {
    if (ms < 0) return invalid_setting(field, "is negative");
    if (ms > most) return invalid_setting(field, "is too long: storage waits for it");
    if (ms > 0) out = Millis{ms};
    return Unit{};
}

Status read_choice(const credit_secret_service_options* in, SecretServiceChoice& out) {
    credit_secret_service_options given;
    Status status = sized_status(read_sized_or_default(in, given), "secret_service");
    if (!status.ok()) return status;
    out.allow_prompt = given.allow_prompt != 0;
    status =
        read_timeout(given.timeout_ms, kMostTimeoutMs, "secret_service.timeout_ms", out.timeout);
    if (!status.ok()) return status;
    return read_timeout(given.prompt_timeout_ms, kMostPromptTimeoutMs,
                        "secret_service.prompt_timeout_ms", out.prompt_timeout);
}

#if CREDIT_HAS_SECRET_SERVICE
constexpr bool kBuilt = true;

SecretServiceSettings settings_of(const SecretServiceChoice& choice, Environment environment,
                                  const std::string& origin) {
    SecretServiceSettings settings;
    settings.environment = environment;
    settings.origin = origin;
    settings.allow_prompt = choice.allow_prompt;
    if (choice.timeout) settings.patience = *choice.timeout;
    if (choice.prompt_timeout) settings.prompt_patience = *choice.prompt_timeout;
    return settings;
}

std::string label_of(const SecretServiceSettings& settings) {
    return std::to_string(static_cast<int>(settings.environment)) + " " +
           std::to_string(settings.allow_prompt ? 1 : 0) + " " +
           std::to_string(settings.patience.count) + " " +
           std::to_string(settings.prompt_patience.count) + " " + settings.origin;
}
#else
constexpr bool kBuilt = false;
#endif

}  // namespace

std::shared_ptr<SealingKey> secret_service_key(const SecretServiceChoice& choice,
                                               Environment environment, const std::string& origin,
                                               const std::shared_ptr<Entropy>& entropy) {
#if CREDIT_HAS_SECRET_SERVICE
    static std::mutex mutex;
    static auto& keys = *new std::map<std::string, std::weak_ptr<SealingKey>>;
    const SecretServiceSettings settings = settings_of(choice, environment, origin);
    const std::lock_guard<std::mutex> hold(mutex);
    std::erase_if(keys, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<SealingKey>& kept = keys[label_of(settings)];
    std::shared_ptr<SealingKey> key = kept.lock();
    if (key == nullptr) {
        key = std::make_shared<SecretServiceKey>(settings, entropy);
        kept = key;
    }
    return key;
#else
    static_cast<void>(choice), static_cast<void>(environment), static_cast<void>(origin);
    static_cast<void>(entropy);
    CREDIT_CHECK(kBuilt);  // the setter refused
    return nullptr;
#endif
}

}  // namespace credit::capi

credit_code credit_config_set_secret_service(
    credit_config* config, const credit_secret_service_options* options) noexcept {
    using namespace credit::capi;
    return set(config, "secret_service", [&](ConfigValues& values) -> credit::Status {
        if (!kBuilt) {
            return credit::Error(credit::Code::unsupported,
                                 "secret_service: this library was built without it");
        }
        SecretServiceChoice choice;
        const credit::Status read = read_choice(options, choice);
        if (read.ok()) values.secret_service = choice;
        return read;
    });
}

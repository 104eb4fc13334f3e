#include "capi/src/apple.h"

#include <utility>

#include "capi/src/config.h"
#include "capi/src/field_check.h"
#include "core/base/check.h"

#if CREDIT_HAS_APPLE
#include "platform/apple/activity_background.h"
#include "platform/apple/apple_clock.h"
#include "platform/apple/keychain_store.h"
#else
#include "platform/posix/posix_clock.h"
#endif

namespace credit::capi {

#if CREDIT_HAS_APPLE
namespace {
constexpr bool kHasKeychain = true;
}  // namespace

std::shared_ptr<SecureStore> keychain_store(const std::string& access_group,
                                            const std::string& container,
                                            const std::shared_ptr<Entropy>& entropy) {
    return std::make_shared<KeychainStore>(KeychainStore::Place{access_group, container},
                                           system_activity(), entropy);
}

std::shared_ptr<Clock> system_clock() {
    return std::make_shared<AppleClock>();
}

std::shared_ptr<Background> system_background() {
    // One for the process, and never destroyed: the system may call it late.
    static auto& shared =
        *new std::shared_ptr<Background>(std::make_shared<ActivityBackground>(system_activity()));
    return shared;
}
#else
namespace {
constexpr bool kHasKeychain = false;
}  // namespace

std::shared_ptr<SecureStore> keychain_store(const std::string&, const std::string&,
                                            const std::shared_ptr<Entropy>&) {
    CREDIT_CHECK(kHasKeychain);  // the setter refused
    return nullptr;
}

std::shared_ptr<Clock> system_clock() {
    return std::make_shared<PosixClock>();
}

std::shared_ptr<Background> system_background() {
    return nullptr;
}
#endif

}  // namespace credit::capi

credit_code credit_config_set_keychain(credit_config* config, credit_str access_group) noexcept {
    using namespace credit::capi;
    return set(config, "keychain", [&](ConfigValues& values) -> credit::Status {
        if (!kHasKeychain) {
            return credit::Error(credit::Code::unsupported, "keychain: this system has none");
        }
        credit::Result<std::string> group =
            read_setting(access_group, "keychain", kMaxAccessGroupBytes);
        if (!group.ok()) return group.error();
        if (group.value().empty()) return missing_setting("keychain", "needs an access group");
        values.keychain_group = std::move(group).value();
        return credit::Unit{};
    });
}

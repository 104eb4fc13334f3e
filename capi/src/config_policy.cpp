// credit_config_set_policy: the numbers an app may choose, and between which bounds.
#include "capi/src/config.h"
#include "capi/src/field_check.h"

namespace credit::capi {
namespace {

// Zero keeps the default. Bounds: below them the SDK would only hurt itself (a timeout no phone
// network meets, a storm of attempts); above them a promise breaks (DESIGN 7: attempts of 30 s and
// more lose sessions).
struct Bound {
    const char* field;
    std::int64_t credit_policy::* value;
    Millis Policy::* slot;
    std::int64_t least;
    std::int64_t most;
};

constexpr Bound kBounds[] = {
    {"policy.refresh_ahead_ms", &credit_policy::refresh_ahead_ms, &Policy::refresh_ahead, 1,
     86'400'000},
    {"policy.minimum_lifetime_ms", &credit_policy::minimum_lifetime_ms, &Policy::minimum_lifetime,
     1, 3'600'000},
    {"policy.connect_timeout_ms", &credit_policy::connect_timeout_ms, &Policy::connect_timeout, 50,
     60'000},
    {"policy.attempt_timeout_ms", &credit_policy::attempt_timeout_ms, &Policy::attempt_timeout, 100,
     60'000},
    {"policy.settle_window_ms", &credit_policy::settle_window_ms, &Policy::settle_window, 1'000,
     3'600'000},
    {"policy.call_deadline_ms", &credit_policy::call_deadline_ms, &Policy::call_deadline, 100,
     3'600'000},
    {"policy.heal_spread_ms", &credit_policy::heal_spread_ms, &Policy::heal_spread, 1, 3'600'000},
};
constexpr std::uint32_t kMostWaiters = 65'536;  // R34

// What a lease needs beyond connecting and the attempt, for reading and committing.
constexpr Millis kLeaseMargin = seconds(3);

// The timeouts hang together: connecting is part of an attempt, and a lease outlives an attempt
// (R9).
Status tie_timeouts(const credit_policy& given, Policy& policy) {
    if (policy.connect_timeout > policy.attempt_timeout) {
        if (given.connect_timeout_ms != 0) {
            return invalid_setting("policy.connect_timeout_ms",
                                   "is longer than policy.attempt_timeout_ms");
        }
        policy.connect_timeout = policy.attempt_timeout;
    }
    policy.lease = policy.connect_timeout + policy.attempt_timeout + kLeaseMargin;
    return Unit{};
}

Status set_policy(ConfigValues& values, const credit_policy* in) {
    credit_policy given;
    const Status sized = sized_status(read_sized(in, given), "policy");
    if (!sized.ok()) return sized;
    Policy policy;
    for (const Bound& bound : kBounds) {
        const std::int64_t value = given.*bound.value;
        if (value == 0) continue;
        if (value < bound.least || value > bound.most) {
            return invalid_setting(bound.field, "must be " + std::to_string(bound.least) + " to " +
                                                    std::to_string(bound.most) +
                                                    ", or 0 for the default");
        }
        policy.*bound.slot = Millis{value};
    }
    if (given.max_waiters > kMostWaiters) {
        return invalid_setting("policy.max_waiters", "must be 1 to 65536, or 0 for the default");
    }
    if (given.max_waiters != 0) policy.max_waiters = given.max_waiters;
    const Status tied = tie_timeouts(given, policy);
    if (tied.ok()) values.policy = policy;
    return tied;
}

}  // namespace
}  // namespace credit::capi

credit_code credit_config_set_policy(credit_config* config, const credit_policy* policy) noexcept {
    using namespace credit::capi;
    return set(config, "policy", [&](ConfigValues& values) { return set_policy(values, policy); });
}

// The state of a session, and who watches it.
#include "capi/src/guard.h"
#include "capi/src/live_objects.h"
#include "capi/src/owned_table.h"
#include "capi/src/session.h"
#include "capi/src/sized.h"

namespace credit::capi {
namespace {

credit_state_info info_of(const StateInfo& state) noexcept {
    credit_state_info info{};
    info.struct_size = sizeof info;
    info.properties = state.properties;
    info.state = static_cast<credit_state>(state.state);
    info.reason = to_c(state.reason);
    info.generation = state.generation;
    info.expires_at_ms = state.expires_at_ms;
    return info;
}

// One subscription. The app's context is let go after the last report: when the engine says so, or
// when it forgets us.
class Subscription {
  public:
    explicit Subscription(const credit_observer& observer) noexcept : observer_(observer) {}
    ~Subscription() { finish(); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

    void report(const StateInfo& state) {
        const credit_state_info info = info_of(state);
        observer_.on_state(observer_.context, &info);
    }
    void finish() noexcept {
        auto* const release_context = std::exchange(observer_.release, nullptr);
        if (release_context != nullptr && !in_forked_child()) release_context(observer_.context);
    }
    // It was never taken on: the context stays the app's.
    void disown() noexcept { observer_.release = nullptr; }

  private:
    LiveObject alive_;
    credit_observer observer_;
};

credit_code subscribe(Session& session, const credit_observer& observer, std::uint64_t* id) {
    const auto subscription = std::make_shared<Subscription>(observer);
    std::uint64_t made = 0;
    const credit_code code = guard([&] {
        made = session.subscribe(
            [subscription](const StateInfo& state) { subscription->report(state); },
            [subscription] { subscription->finish(); });
        return made == 0 ? CREDIT_SESSION_SPENT : CREDIT_OK;
    });
    if (code != CREDIT_OK) subscription->disown();
    if (code == CREDIT_OK) *id = made;
    return code;
}

}  // namespace
}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

credit_code credit_session_state(credit_session* session, credit_state_info* info) noexcept {
    return guard([&] {
        if (session == nullptr) return CREDIT_INVALID_ARGUMENT;
        return write_sized(info, info_of(session->session->state()));
    });
}

credit_code credit_session_subscribe(credit_session* session, const credit_observer* observer,
                                     uint64_t* subscription) noexcept {
    return guard([&] {
        if (session == nullptr || subscription == nullptr) return CREDIT_INVALID_ARGUMENT;
        *subscription = 0;
        credit_observer given;
        const credit_code read = read_sized(observer, given);
        if (read != CREDIT_OK) return read;
        if (given.on_state == nullptr) return CREDIT_INVALID_ARGUMENT;
        return subscribe(*session->session, given, subscription);
    });
}

credit_code credit_session_unsubscribe(credit_session* session, uint64_t subscription) noexcept {
    return guard([&] {
        if (session == nullptr || subscription == 0) return CREDIT_INVALID_ARGUMENT;
        session->session->unsubscribe(subscription);
        return CREDIT_OK;
    });
}

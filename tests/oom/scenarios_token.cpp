// Tokens, refreshes, healing, authorised calls, journeys.
#include <array>

#include "tests/oom/scenario.h"

namespace credit::oom {
namespace {

using Trouble = Platform::Trouble;

void token_cached(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.token(session));
    credit_token* token = nullptr;
    const credit_code got = scene.saw(
        scene.of_library([&] { return credit_session_current_token(session, 0, &token); }));
    if (got == CREDIT_OK) (void)credit_token_value(token);
    scene.of_library([&] { credit_token_release(token); });
    std::array<char, 256> buffer;
    std::size_t size = 0;
    scene.saw(scene.of_library([&] {
        return credit_session_copy_token(session, 0, buffer.data(), buffer.size(), &size, nullptr);
    }));
}

void token_refreshed(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    for (int i = 0; i < 2; ++i) {
        scene.expire_token();
        scene.wait(scene.token(session));
    }
}

// The hot path asks for it ahead of time.
void token_renewed_ahead(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    Platform::advance(1'765'000);
    std::array<char, 256> buffer;
    std::size_t size = 0;
    scene.saw(scene.of_library([&] {
        return credit_session_copy_token(session, 0, buffer.data(), buffer.size(), &size, nullptr);
    }));
    scene.wait(scene.token(session));
}

void token_shared(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.expire_token();
    scene.platform.hold(true);
    for (int i = 0; i < 4; ++i)
        scene.token(session);
    Answer& unwanted = scene.token(session);
    scene.cancel(session, unwanted);
    scene.wait(unwanted);
    scene.platform.hold(false);
    scene.platform.release_held();
    scene.wait_all();
}

void refresh_troubled(Scene& scene, Trouble trouble) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.expire_token();
    scene.platform.next_refresh = trouble;
    scene.wait(scene.token(session));
    scene.wait(scene.token(session));
}

void refresh_reply_lost(Scene& scene) {
    refresh_troubled(scene, Trouble::lost_reply);
}
void refresh_unsent(Scene& scene) {
    refresh_troubled(scene, Trouble::unsent);
}
void refresh_busy(Scene& scene) {
    refresh_troubled(scene, Trouble::busy);
}

// The platform's verdict, and nobody to mint another session.
void session_died(Scene& scene) {
    scene.may_be_lost();
    refresh_troubled(scene, Trouble::verdict);
}

void session_healed(Scene& scene) {
    refresh_troubled(scene, Trouble::verdict);
}

void healing_failed(Scene& scene) {
    scene.platform.provider_fails = true;
    refresh_troubled(scene, Trouble::verdict);
}

void token_rejected(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.saw(scene.of_library([&] { return credit_session_reject_token(session, 1); }));
    scene.wait(scene.token(session));
}

void called(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.get(session));
    scene.wait(scene.post(session));
}

void called_with_an_old_token(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.next_call = Trouble::unauthorized;
    scene.wait(scene.post(session));
}

void called_once_only(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.next_call = Trouble::unauthorized;
    scene.wait(scene.post(session, true));
    scene.platform.next_call = Trouble::lost_reply;
    scene.wait(scene.get(session));
}

void call_cancelled(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.hold(true);
    Answer& call = scene.get(session);
    scene.cancel(session, call);
    scene.wait(call);
    scene.platform.hold(false);
    scene.platform.release_held();
}

void call_too_late(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.hold(true);
    scene.wait(scene.get(session));
}

void journeys(Scene& scene) {
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.journey(session, true);  // while loading
    scene.wait(scene.adopt(session));
    scene.wait(scene.journey(session, true));
    scene.wait(scene.journey(session, false));
    scene.platform.next_call = Trouble::busy;
    scene.wait(scene.journey(session, false));
    scene.wait_all();
}

Setup with_provider() {
    Setup setup;
    setup.provider = true;
    return setup;
}

Setup on_route(credit_refresh_route route) {
    Setup setup;
    setup.partner = true;
    setup.route = route;
    return setup;
}

Setup with_background() {
    Setup setup;
    setup.background = true;
    setup.logger = true;
    return setup;
}

}  // namespace

std::span<const Scenario> refresh_scenarios() {
    static const std::array<Scenario, 14> all = {{
        {"token_cached", {}, token_cached},
        {"token_refreshed", {}, token_refreshed},
        {"token_renewed_ahead", with_background(), token_renewed_ahead},
        {"token_shared", {}, token_shared},
        {"token_rejected", {}, token_rejected},
        {"refresh_reply_lost", {}, refresh_reply_lost},
        {"refresh_unsent", {}, refresh_unsent},
        {"refresh_busy", with_background(), refresh_busy},
        {"refresh_by_partner", on_route(CREDIT_REFRESH_PARTNER), token_refreshed},
        {"refresh_by_backend", on_route(CREDIT_REFRESH_BACKEND_MANAGED), token_refreshed},
        {"session_died", {}, session_died},
        {"session_healed", with_provider(), session_healed},
        {"session_healed_by_partner", on_route(CREDIT_REFRESH_PLATFORM), session_healed},
        {"healing_failed", with_provider(), healing_failed},
    }};
    return all;
}

std::span<const Scenario> call_scenarios() {
    static const std::array<Scenario, 6> all = {{
        {"called", {}, called},
        {"called_with_an_old_token", {}, called_with_an_old_token},
        {"called_once_only", {}, called_once_only},
        {"call_cancelled", {}, call_cancelled},
        {"call_too_late", {}, call_too_late},
        {"journeys", {}, journeys},
    }};
    return all;
}

}  // namespace credit::oom

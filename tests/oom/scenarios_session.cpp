// Configurations, opening, closing, starting, ending.
#include <array>

#include "tests/oom/scenario.h"

namespace credit::oom {
namespace {

void config_released(Scene& scene) {
    scene.configure();
}

// An app that overlooks a setter's code is told by the check.
void check_told(Scene& scene, const credit_config* config, bool all_set) {
    credit_error* error = nullptr;
    const credit_code checked =
        scene.saw(scene.of_library([&] { return credit_config_check(config, &error); }));
    scene.expect((checked == CREDIT_OK) == (error == nullptr), "a check without its error");
    scene.expect(all_set || checked != CREDIT_OK, "a setting that was not made is not noticed");
    scene.of_library([&] { credit_error_release(error); });
}

// Every setter there is, and one that refuses.
void config_with_everything(Scene& scene) {
    credit_config* const config = scene.configure();
    if (config == nullptr) return;
    bool all_set = true;
    const auto set = [&](auto call) {
        const credit_code code = scene.saw(scene.of_library(call));
        all_set = all_set && code == CREDIT_OK;
        return code;
    };
    credit_paths paths{};
    paths.struct_size = sizeof paths;
    paths.journeys = credit_string("/another/path/to/the/journeys");
    credit_refresh_request request{};
    request.struct_size = sizeof request;
    request.api_version = credit_string("2026-03-05");
    credit_policy policy{};
    policy.struct_size = sizeof policy;
    policy.call_deadline_ms = 20'000;
    set([&] { return credit_config_set_paths(config, &paths); });
    set([&] { return credit_config_set_refresh_request(config, &request); });
    set([&] { return credit_config_set_policy(config, &policy); });
    set([&] {
        return credit_config_set_user_agent(config, credit_string("an-app/1.0 of-a-lender"));
    });
    check_told(scene, config, all_set);
    set([&] { return credit_config_set_platform_url(config, credit_string("http://no.example")); });
    check_told(scene, config, all_set);
}

void open_refused(Scene& scene) {
    credit_config* const config = scene.configure();
    scene.open(config, std::string(400, 'x'));
}

void open_released(Scene& scene) {
    scene.open();
}

void open_closed(Scene& scene) {
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.close(session));
    scene.wait(scene.token(session));
}

void open_twice(Scene& scene) {
    credit_config* const config = scene.configure();
    scene.open(config);
    scene.open(config);
}

void open_conflict(Scene& scene) {
    credit_config* const config = scene.configure();
    if (scene.open(config) == nullptr) return;
    credit_config* const other = scene.configure();
    if (other == nullptr) return;
    const auto set = [&] { return credit_config_set_user_agent(other, credit_string("another")); };
    if (scene.saw(scene.of_library(set)) != CREDIT_OK) return;
    scene.open(other);
}

void observed(Scene& scene) {
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    Answer& one = scene.subscribe(session, first);
    scene.subscribe(session, second);  // until the session closes
    scene.wait(scene.adopt(session));
    if (!one.accepted) return;
    const auto leave = [&] { return credit_session_unsubscribe(session, first); };
    if (scene.saw(scene.of_library(leave)) == CREDIT_OK) scene.wait(one);
}

void hints(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    for (int hint = CREDIT_HINT_NETWORK_AVAILABLE; hint <= CREDIT_HINT_PARTNER_CREDENTIALS;
         ++hint) {
        scene.saw(scene.of_library(
            [&] { return credit_session_notify(session, static_cast<credit_hint>(hint)); }));
    }
    scene.wait(scene.token(session));
}

void diagnosed(Scene& scene) {
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.diagnostics(session);  // while loading
    scene.wait(scene.adopt(session));
    scene.wait(scene.diagnostics(session));
    scene.wait_all();
}

void adopted(Scene& scene) {
    scene.live();
}

void adopt_refused(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.adopt(session, R"({"sessionToken":"st_test_without_the_rest"})"));
    scene.wait(scene.adopt(session, scene.platform.session_for("another-borrower")));
}

void started(Scene& scene) {
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.start(session));
    scene.wait(scene.start(session));  // there is one already
    scene.wait(scene.token(session));
}

void start_replaced(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.start(session, true));
    scene.wait(scene.token(session));
}

void start_failed(Scene& scene) {
    scene.platform.provider_fails = true;
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.start(session));
}

void start_without_login(Scene& scene) {
    scene.platform.auth_fails = true;
    credit_session* const session = scene.open();
    if (session == nullptr) return;
    scene.wait(scene.start(session));
}

void ended(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.token(session);
    scene.wait(scene.end(session));
    scene.wait(scene.token(session));
}

void ended_and_begun_again(Scene& scene) {
    credit_session* session = scene.live();
    if (session == nullptr) return;
    scene.wait(scene.end(session));
    scene.release(session);
    session = scene.open();
    if (session != nullptr) scene.wait(scene.start(session));
}

void closed_in_the_middle(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.hold(true);
    scene.get(session);
    scene.expire_token();
    scene.token(session);
    scene.token(session);
    scene.journey(session, false);
    Answer& closing = scene.close(session);
    scene.platform.hold(false);
    scene.platform.release_held();
    scene.wait(closing);
    scene.wait_all();
}

void released_in_the_middle(Scene& scene) {
    credit_session* const session = scene.live();
    if (session == nullptr) return;
    scene.platform.hold(true);
    scene.post(session);
    scene.expire_token();
    scene.token(session);
    scene.diagnostics(session);
    scene.release(session);
}

void two_borrowers(Scene& scene) {
    credit_config* const config = scene.configure();
    credit_session* const one = scene.open(config);
    credit_session* const two = scene.open(config, "borrower-2");
    if (one == nullptr || two == nullptr) return;
    scene.wait(scene.adopt(one));
    scene.token(one);
    scene.token(two);
    scene.wait_all();
}

Setup with_provider() {
    Setup setup;
    setup.provider = true;
    return setup;
}

Setup with_partner() {
    Setup setup;
    setup.partner = true;
    return setup;
}

Setup with_all_ports() {
    Setup setup;
    setup.provider = true;
    setup.partner = true;
    setup.background = true;
    setup.logger = true;
    return setup;
}

Setup in_files_with_all_ports() {
    Setup setup = with_all_ports();
    setup.place = Place::files;
    return setup;
}

}  // namespace

std::span<const Scenario> config_scenarios() {
    static const std::array<Scenario, 3> all = {{
        {"config_released", with_all_ports(), config_released},
        {"config_with_everything", in_files_with_all_ports(), config_with_everything},
        {"open_refused", {}, open_refused},
    }};
    return all;
}

std::span<const Scenario> session_scenarios() {
    static const std::array<Scenario, 19> all = {{
        {"open_released", {}, open_released},
        {"open_closed", {}, open_closed},
        {"open_twice", {}, open_twice},
        {"open_conflict", {}, open_conflict},
        {"observed", {}, observed},
        {"hints", {}, hints},
        {"diagnosed", with_all_ports(), diagnosed},
        {"adopted", {}, adopted},
        {"adopt_refused", {}, adopt_refused},
        {"started_by_provider", with_provider(), started},
        {"started_by_partner", with_partner(), started},
        {"start_replaced", with_provider(), start_replaced},
        {"start_failed", with_provider(), start_failed},
        {"start_without_login", with_partner(), start_without_login},
        {"ended", {}, ended},
        {"ended_and_begun_again", with_provider(), ended_and_begun_again},
        {"closed_in_the_middle", {}, closed_in_the_middle},
        {"released_in_the_middle", {}, released_in_the_middle},
        {"two_borrowers", {}, two_borrowers},
    }};
    return all;
}

}  // namespace credit::oom

// The calls a scenario makes, each counted.
#include <algorithm>
#include <array>

#include "tests/oom/scene.h"

namespace credit::oom {
namespace {

using test::MemoryGate;

constexpr std::array<std::uint8_t, 32> kKey = {1, 2, 3, 4};
const std::string kPlatformUrl = "https://platform.example.com";
const std::string kPartnerUrl = "https://partner.example.com";
const std::string kPath = "/api/v1/headless/journeys";

}  // namespace

bool Scene::set_ports(credit_config* config, int process) {
    const auto give = [&](auto set, const auto& table) {
        const bool fine = saw(of_library([&] { return set(config, &table); })) == CREDIT_OK;
        platform.taken += fine ? 1 : 0;
        return fine;
    };
    if (setup_.real_url.empty()) {
        if (!give(credit_config_set_transport, platform.transport())) return false;
        if (!give(credit_config_set_clock, platform.clock())) return false;
    }
    if (setup_.place == Place::table) {
        const auto store = process == 0 ? platform.store() : platform.other_store();
        if (!give(credit_config_set_secure_store, store)) return false;
    }
    if (setup_.provider && !give(credit_config_set_session_provider, platform.provider()))
        return false;
    if (setup_.partner && !give(credit_config_set_partner_auth, platform.partner_auth()))
        return false;
    if (setup_.background && !give(credit_config_set_background, platform.background()))
        return false;
    return !setup_.logger || give(credit_config_set_logger, platform.logger());
}

bool Scene::set_all(credit_config* config, int process) {
    const auto set = [&](auto call) { return saw(of_library(call)) == CREDIT_OK; };
    if (!set([&] { return credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST); }))
        return false;
    const std::string& url = setup_.real_url.empty() ? kPlatformUrl : setup_.real_url;
    if (!set([&] { return credit_config_set_platform_url(config, str_of(url)); })) return false;
    if (setup_.partner &&
        !set([&] { return credit_config_set_partner_url(config, str_of(kPartnerUrl)); }))
        return false;
    if (!set([&] { return credit_config_set_refresh_route(config, setup_.route); })) return false;
    if (!setup_.ca_pem.empty()) {
        credit_tls tls{};
        tls.struct_size = sizeof tls;
        tls.ca_bundle_pem = str_of(setup_.ca_pem);
        if (!set([&] { return credit_config_set_tls(config, &tls); })) return false;
    }
    if (setup_.place == Place::files) {
        if (!set([&] { return credit_config_set_storage_dir(config, str_of(folder_)); }))
            return false;
        if (!set([&] { return credit_config_set_storage_key(config, kKey.data(), kKey.size()); }))
            return false;
    }
    return set_ports(config, process);
}

credit_config* Scene::configure(int process) {
    credit_config* config = nullptr;
    if (saw(of_library([&] { return credit_config_create(&config); })) != CREDIT_OK) return nullptr;
    configs_.push_back(config);
    if (!set_all(config, process)) return nullptr;
    credit_error* error = nullptr;
    const credit_code checked =
        saw(of_library([&] { return credit_config_check(config, &error); }));
    of_library([&] { credit_error_release(error); });
    return checked == CREDIT_OK ? config : nullptr;
}

credit_session* Scene::open(credit_config* config, const std::string& borrower) {
    if (config == nullptr) return nullptr;
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    const credit_code opened = saw(of_library(
        [&] { return credit_session_open(config, str_of(borrower), &session, &error); }));
    if ((opened == CREDIT_OK) != (error == nullptr)) blame("an open without its error");
    const credit_code told = credit_error_code(error);
    expect(told == opened || told == CREDIT_OUT_OF_MEMORY, "an open with another error");
    of_library([&] { credit_error_release(error); });
    if (opened != CREDIT_OK) return nullptr;
    sessions_.push_back(session);
    return session;
}

Answer& Scene::adopt(credit_session* session, const std::string& json) {
    Pending& made = make(Belief::live, true);
    return took(made, of_library([&] {
                    return credit_session_adopt_json(session, str_of(json), nullptr, &made, on_done,
                                                     &made.answer.op);
                }));
}

Answer& Scene::adopt(credit_session* session) {
    return adopt(session, platform.session_for("borrower-1"));
}

Answer& Scene::start(credit_session* session, bool replace) {
    static const std::string profile = R"({"phone":"none"})";
    Pending& made = make(Belief::live, true);
    credit_start_options options{};
    options.struct_size = sizeof options;
    options.replace = replace ? 1 : 0;
    options.journey_type = credit_string("PERSONAL_LOAN");
    options.profile_json = str_of(profile);
    return took(made, of_library([&] {
                    return credit_session_start(session, &options, &made, on_done, &made.answer.op);
                }));
}

Answer& Scene::token(credit_session* session) {
    Pending& made = make();
    return took(made, of_library([&] {
                    return credit_session_get_token(session, nullptr, &made, on_token,
                                                    &made.answer.op);
                }));
}

Answer& Scene::get(credit_session* session) {
    Pending& made = make();
    credit_request request{};
    request.struct_size = sizeof request;
    request.method = credit_string("GET");
    request.path = str_of(kPath);
    return took(made, of_library([&] {
                    return credit_session_send(session, &request, &made, on_response,
                                               &made.answer.op);
                }));
}

Answer& Scene::post(credit_session* session, bool one_shot) {
    static const std::string body = R"({"amount":25000,"purpose":"a long enough text for a body"})";
    const credit_header header = {credit_string("X-Trace"), credit_string("a-value-of-a-header")};
    Pending& made = make();
    credit_request request{};
    request.struct_size = sizeof request;
    request.method = credit_string("POST");
    request.path = str_of(kPath);
    request.headers = &header;
    request.header_count = 1;
    request.body = str_of(body);
    request.one_shot = one_shot ? 1 : 0;
    return took(made, of_library([&] {
                    return credit_session_send(session, &request, &made, on_response,
                                               &made.answer.op);
                }));
}

Answer& Scene::journey(credit_session* session, bool known_only) {
    Pending& made = make();
    credit_journey_options options{};
    options.struct_size = sizeof options;
    options.known_only = known_only ? 1 : 0;
    return took(made, of_library([&] {
                    return credit_session_journey(session, &options, &made, on_journey,
                                                  &made.answer.op);
                }));
}

Answer& Scene::diagnostics(credit_session* session) {
    Pending& made = make();
    return took(made, of_library([&] {
                    return credit_session_diagnostics(session, &made, on_text, &made.answer.op);
                }));
}

Answer& Scene::close(credit_session* session) {
    Pending& made = make();
    return took(made, of_library([&] { return credit_session_close(session, &made, on_done); }));
}

Answer& Scene::end(credit_session* session) {
    Pending& made = make(Belief::none, true);
    return took(made, of_library([&] { return credit_session_end(session, &made, on_done); }));
}

Answer& Scene::erase(credit_config* config) {
    static const std::string borrower = "borrower-1";
    Pending& made = make(Belief::none, true);
    return took(made, of_library([&] {
                    return credit_storage_erase(config, str_of(borrower), &made, on_done);
                }));
}

Answer& Scene::subscribe(credit_session* session, std::uint64_t& subscription) {
    Pending& made = make();
    made.answer.released = false;
    credit_observer observer{};
    observer.struct_size = sizeof observer;
    observer.context = &made;
    observer.on_state = on_state;
    observer.release = on_released;
    return took(made, of_library([&] {
                    return credit_session_subscribe(session, &observer, &subscription);
                }));
}

void Scene::cancel(credit_session* session, const Answer& what) {
    if (!what.accepted) return;
    saw(of_library([&] { return credit_session_cancel(session, what.op); }));
}

credit_session* Scene::live() {
    credit_session* session = open();
    if (session == nullptr) return nullptr;
    Answer& adopted = adopt(session);
    wait(adopted);
    return adopted.accepted && adopted.code == CREDIT_OK ? session : nullptr;
}

}  // namespace credit::oom

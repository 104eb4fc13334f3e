// The doctor and a partner's server that keeps the refresh token: right under every model of the platform, and about
// servers that do it badly.
#include <gtest/gtest.h>
#include <httplib.h>

#include <set>
#include <thread>

#include "doctor_world.h"
#include "server_kit/private_ca.h"

namespace credit::e2e {
namespace {

using Json = nlohmann::json;

const std::vector<std::string> backend_mode{"--refresh-mode", "backend"};

std::vector<Json> settings() {
    std::vector<Json> all;
    for (const char* model : {"replay", "auth_first", "grace_fork", "grace_same", "strict",
                              "strict_family", "keeps_refresh_token"}) {
        all.push_back({{"model", model}});
    }
    all.push_back({{"model", "strict_family"}, {"second_session_ends_first", true}});
    all.push_back({{"model", "replay"}, {"old_session_token_lives", true}});
    return all;
}

class DoctorBackend : public ::testing::TestWithParam<Json> {};

TEST_P(DoctorBackend, IsToldAsItIsAndNoSessionIsHarmed) {
    DoctorWorld world(GetParam(), backend_mode, "backend");
    world.start();
    const Said said = world.diagnose();
    const auto yes_if = [](bool yes) { return yes ? "yes" : "no"; };
    expect_found(
        said,
        {{"route", "backend"},
         {"crash_safety", "replay"},
         {"crash_safety_up_to", "partner"},
         {"partner_crash_safety", "replay"},
         {"platform_crash_safety", "unknown"},
         {"backend_managed", "yes"},
         {"partner_refreshes", "yes"},
         {"partner_repeats", "yes"},
         {"backend_keeps_session_token", "yes"},
         {"backend_repeats_same_token", "yes"},
         {"session_goes_on", "yes"},
         {"partner_forwards_key", "unknown"},
         {"old_session_token_lives", yes_if(GetParam().contains("old_session_token_lives"))},
         {"second_session_ends_first", yes_if(GetParam().contains("second_session_ends_first"))},
         {"platform_timestamp", "yes"},
         {"platform_date", "yes"}});
    const Json seen = world.sandbox.ledger();
    EXPECT_EQ(seen["counters"]["reuse_verdicts"], 0);
    EXPECT_EQ(seen["counters"]["family_revocations"], 0);
    EXPECT_EQ(seen["counters"]["rotations"].get<int>() + seen["counters"]["kept"].get<int>(), 1);
    EXPECT_EQ(seen["sessions"].back()["borrowerExternalID"], "doctor-1");
    EXPECT_EQ(seen["sessions"].back()["state"], "active");
    EXPECT_EQ(seen["sessions"].front()["borrowerExternalID"], "borrower-1");
    EXPECT_EQ(seen["sessions"].front()["state"], "active");
    EXPECT_TRUE(world.journeys().ok());
}

INSTANTIATE_TEST_SUITE_P(All, DoctorBackend, ::testing::ValuesIn(settings()), [](const auto& one) {
    std::string name = one.param["model"];
    for (const auto& [key, value] : one.param.items()) {
        if (key != "model") name += "_" + key;
    }
    return name;
});

TEST(DoctorBackendRoute, AnotherRouteIsAdvisedAgainst) {
    DoctorWorld world(Json{{"model", "replay"}}, backend_mode, "platform");
    const Said said = world.diagnose();
    expect_found(said, {{"route", "platform"}, {"crash_safety", "unknown"}});
    EXPECT_NE(said.json["advice"].dump().find("--refresh-route backend"), std::string::npos);
}

TEST(DoctorBackendRoute, NothingIsAdvisedThatWasNotSeen) {
    DoctorWorld world(Json{{"model", "strict"}}, backend_mode, "backend");
    const Said said = world.diagnose();
    ASSERT_TRUE(said.ok()) << said.text();
    ASSERT_EQ(said.json["advice"].size(), 2U) << said.json["advice"];
    EXPECT_NE(said.json["advice"][1].dump().find("cannot be seen from here"), std::string::npos);
}

enum class Flaw { forgets_keys, refuses_repeats, always_rotates, never_rotates, loses_sessions };

// Between the doctor and the good backend, with one flaw.
class FlawedBackend {
  public:
    FlawedBackend(const std::string& ca_dir, std::string ca_file, std::string good, Flaw flaw)
        : ca_file_(std::move(ca_file)), good_(std::move(good)), flaw_(flaw) {
        const kit::TlsIdentity identity = kit::make_or_take_identity(ca_dir, "flawed-backend");
        server_ = std::make_unique<httplib::SSLServer>(identity.cert_file.c_str(),
                                                       identity.key_file.c_str());
        server_->Post(".*", [this](const auto& request, auto& response) {
            const RawReply reply = answer(request);
            response.status = reply.status;
            response.set_content(reply.body, "application/json");
        });
        server_->set_keep_alive_timeout(1);
        port_ = server_->bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_->listen_after_bind(); });
        while (!server_->is_running())
            std::this_thread::yield();
    }
    FlawedBackend(const FlawedBackend&) = delete;
    FlawedBackend& operator=(const FlawedBackend&) = delete;
    ~FlawedBackend() {
        server_->stop();
        thread_.join();
    }

    std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

  private:
    static RawReply refusal(int status) {
        RawReply reply;
        reply.status = status;
        reply.body = R"({"error":"flawed"})";
        return reply;
    }

    RawReply answer(const httplib::Request& request) {
        const bool refresh = request.path.ends_with("/refresh");
        bool forced = refresh && request.body.find("force") != std::string::npos;
        const std::string key = request.get_header_value("Idempotency-Key");
        const bool repeat = !keys_.insert(key).second;
        if (flaw_ == Flaw::refuses_repeats && repeat) return refusal(409);
        if (flaw_ == Flaw::loses_sessions && refresh && !forced && forced_before_)
            return refusal(404);
        forced_before_ = forced_before_ || forced;
        if (flaw_ == Flaw::always_rotates && refresh) forced = true;
        if (flaw_ == Flaw::never_rotates) forced = false;
        RawRequest onward{"POST", request.path, {}, request.body};
        if (refresh) onward.body = forced ? R"({"force":true})" : "{}";
        for (const char* name : {"Authorization", "Idempotency-Key"}) {
            const bool dropped = flaw_ == Flaw::forgets_keys && name[0] == 'I';
            if (request.has_header(name) && !dropped)
                onward.headers.emplace_back(name, request.get_header_value(name));
        }
        return raw_request(good_, ca_file_, onward);
    }

    const std::string ca_file_;
    const std::string good_;
    const Flaw flaw_;
    std::set<std::string> keys_;  // the doctor sends one request at a time
    bool forced_before_ = false;
    std::unique_ptr<httplib::SSLServer> server_;
    int port_ = 0;
    std::thread thread_;
};

struct FlawSeen {
    const char* name;
    Flaw flaw;
    Json found;
    const char* advice;
};

void PrintTo(const FlawSeen& one, std::ostream* out) {
    *out << one.name;
}

class DoctorBackendFlaw : public ::testing::TestWithParam<FlawSeen> {};

TEST_P(DoctorBackendFlaw, IsToldAndWhatToChange) {
    DoctorWorld world(Json{{"model", "replay"}}, backend_mode, "backend");
    const FlawedBackend flawed(world.folder.path() + "/ca", world.sandbox.ca_file(),
                               world.partner_ready["url"], GetParam().flaw);
    const Said said = world.diagnose({"--partner-url", flawed.url()});
    expect_found(said, GetParam().found);
    EXPECT_NE(said.json["advice"].dump().find(GetParam().advice), std::string::npos)
        << said.json["advice"];
}

INSTANTIATE_TEST_SUITE_P(
    All, DoctorBackendFlaw,
    ::testing::Values(FlawSeen{"ForgetsKeys",
                               Flaw::forgets_keys,
                               {{"crash_safety", "replay"}, {"backend_repeats_same_token", "no"}},
                               "is a second rotation"},
                      FlawSeen{"RefusesRepeats",
                               Flaw::refuses_repeats,
                               {{"crash_safety", "heal only"}, {"partner_repeats", "no"}},
                               "gives no good token"},
                      FlawSeen{"AlwaysRotates",
                               Flaw::always_rotates,
                               {{"crash_safety", "replay"}, {"backend_keeps_session_token", "no"}},
                               "rotates although its token is good"},
                      FlawSeen{"NeverRotates",
                               Flaw::never_rotates,
                               {{"crash_safety", "unknown"}, {"partner_refreshes", "no"}},
                               "no working refresh route"},
                      FlawSeen{"LosesSessions",
                               Flaw::loses_sessions,
                               {{"session_goes_on", "no"}},
                               "it loses sessions"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace credit::e2e

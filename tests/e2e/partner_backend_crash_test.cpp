// Workers of the partner backend that share a store and die at every step: what the platform's
// ledger saw of it, and that the session goes on.
#include <gtest/gtest.h>

#include <csignal>
#include <future>
#include <set>
#include <thread>

#include "partner_backend_pair.h"
#include "server_kit/ids.h"

namespace credit::e2e::partner {
namespace {

constexpr int kKilled = 128 + SIGKILL;

class PartnerWorkers : public PartnerAndSandbox {
  protected:
    ~PartnerWorkers() override { workers_.clear(); }

    void start_platform(const std::vector<std::string>& extra = {}) {
        std::vector<std::string> arguments{"--ca-dir", folder_};
        arguments.insert(arguments.end(), extra.begin(), extra.end());
        sandbox_ = std::make_unique<ServerProcess>(
            CREDIT_SANDBOX_PROGRAM, arguments, Environment{{"CREDIT_SANDBOX_API_KEYS", kApiKey}});
    }

    // One more worker on the one store.
    ServerProcess& launch() {
        std::vector<std::string> arguments{
            "--ca-dir",     folder_, "--platform-ca-file",    ca_file(),      "--refresh-mode",
            "backend",      "--db",  folder_ + "/partner.db", "--admin-port", "0",
            "--mint-limit", "0"};
        for (int i = 0; i < 16; ++i) {
            arguments.push_back("--user");
            arguments.push_back("app-" + std::to_string(i) + "=" + borrower(i));
        }
        workers_.push_back(std::make_unique<ServerProcess>(
            CREDIT_PARTNER_PROGRAM, arguments,
            Environment{{"PLATFORM_BASE_URL", sandbox_->ready()["url"].get<std::string>()},
                        {"PLATFORM_API_KEY", kApiKey},
                        {"PARTNER_STORAGE_KEY", std::string(64, 'c')}}));
        EXPECT_TRUE(workers_.back()->ready().is_object()) << workers_.back()->output();
        return *workers_.back();
    }

    static std::string borrower(int user) { return "BORROWER-" + std::to_string(user); }

    Reply ask(ServerProcess& worker, int user, const std::string& path, const json& body,
              const std::string& key = kit::new_uuid()) {
        return call(
            "POST", worker.ready()["url"].get<std::string>() + path, ca_file(), body,
            {{"Authorization", "Bearer app-" + std::to_string(user)}, {"Idempotency-Key", key}});
    }
    Reply new_session(ServerProcess& worker, int user, const std::string& key = kit::new_uuid()) {
        return ask(worker, user, "/api/credit/session", {{"borrowerExternalID", borrower(user)}},
                   key);
    }
    Reply token(ServerProcess& worker, int user, bool force,
                const std::string& key = kit::new_uuid()) {
        return ask(worker, user, "/api/credit/session/refresh", {{"force", force}}, key);
    }
    void die_at(ServerProcess& worker, const std::string& step) {
        ASSERT_EQ(call("POST", worker.ready()["admin_url"].get<std::string>() + "/crash", ca_file(),
                       {{"step", step}})
                      .status,
                  200);
    }
    json counters_of(ServerProcess& worker) {
        return call("GET", worker.ready()["admin_url"].get<std::string>() + "/counters", ca_file())
            .body;
    }
    int status_of_a_call_with(const json& session_token) {
        return call("GET",
                    sandbox_->ready()["url"].get<std::string>() + "/api/v1/headless/journeys",
                    ca_file(), nullptr,
                    {{"Authorization", "Bearer " + session_token.get<std::string>()}})
            .status;
    }

    // The borrower's only family of tokens lives, and nothing was ever spent twice.
    void expect_one_living_session(int user) {
        const json seen = ledger();
        int families = 0;
        for (const json& session : seen["sessions"]) {
            if (session["borrowerExternalID"] != borrower(user)) continue;
            ++families;
            EXPECT_EQ(session["state"], "active") << session;
        }
        EXPECT_EQ(families, 1);
        EXPECT_EQ(seen["counters"]["reuse_verdicts"], 0);
        EXPECT_EQ(seen["counters"]["family_revocations"], 0);
    }

    std::vector<std::unique_ptr<ServerProcess>> workers_;
};

TEST_F(PartnerWorkers, R12_R16_KilledAtEveryStepOfARefreshTheSessionGoesOn) {
    start_platform();
    ServerProcess* worker = &launch();
    int user = 0;
    for (const char* step : {"lease_taken", "refresh_marked", "refresh_replied", "refresh_storing",
                             "refresh_committed"}) {
        SCOPED_TRACE(step);
        const Reply started = new_session(*worker, ++user);
        ASSERT_EQ(started.status, 200) << started.body;
        const auto rotations = ledger()["counters"]["rotations"].get<int>();
        const std::string key = kit::new_uuid();
        die_at(*worker, step);
        EXPECT_THROW(token(*worker, user, true, key), std::runtime_error);
        EXPECT_EQ(worker->wait(), kKilled);

        worker = &launch();
        const Reply repeated = token(*worker, user, true, key);
        ASSERT_EQ(repeated.status, 200) << repeated.body;
        EXPECT_EQ(status_of_a_call_with(repeated.body["sessionToken"]), 200);
        EXPECT_NE(repeated.body["sessionToken"], started.body["sessionToken"]);
        EXPECT_EQ(ledger()["counters"]["rotations"], rotations + 1);
        const Reply current = token(*worker, user, false);
        EXPECT_EQ(current.body["sessionToken"], repeated.body["sessionToken"]);
        // And the refresh token that is kept is the newest.
        const Reply next = token(*worker, user, true);
        ASSERT_EQ(next.status, 200) << next.body;
        EXPECT_EQ(status_of_a_call_with(next.body["sessionToken"]), 200);
        expect_one_living_session(user);
    }
}

TEST_F(PartnerWorkers, AfterADeathTheWorkerFindsOutByItselfWhatBecameOfTheRefresh) {
    start_platform({"--model", "grace_same"});
    ServerProcess* worker = &launch();
    new_session(*worker, 1);
    die_at(*worker, "refresh_replied");
    EXPECT_THROW(token(*worker, 1, true), std::runtime_error);
    EXPECT_EQ(worker->wait(), kKilled);
    worker = &launch();
    while (counters_of(*worker)["rotations"] != 1)
        std::this_thread::yield();
    // Nobody asked; the grace time may end now.
    sandbox_admin("POST", "/clock", {{"advance_ms", 600'000}});
    EXPECT_EQ(token(*worker, 1, true).status, 200);
    expect_one_living_session(1);
}

TEST_F(PartnerWorkers, KilledAtEveryStepOfAMintingTheRepeatGetsTheSameSession) {
    start_platform();
    ServerProcess* worker = &launch();
    int user = 0;
    for (const char* step : {"session_replied", "session_storing", "session_committed"}) {
        SCOPED_TRACE(step);
        ++user;
        const std::string key = kit::new_uuid();
        die_at(*worker, step);
        EXPECT_THROW(new_session(*worker, user, key), std::runtime_error);
        EXPECT_EQ(worker->wait(), kKilled);

        worker = &launch();
        const Reply repeated = new_session(*worker, user, key);
        ASSERT_EQ(repeated.status, 200) << repeated.body;
        EXPECT_EQ(status_of_a_call_with(repeated.body["sessionToken"]), 200);
        const Reply next = token(*worker, user, true);
        ASSERT_EQ(next.status, 200) << next.body;
        EXPECT_EQ(status_of_a_call_with(next.body["sessionToken"]), 200);
        expect_one_living_session(user);
    }
}

TEST_F(PartnerWorkers, KilledWhileADeadSessionIsMintedAnewThereIsOneNewSession) {
    start_platform();
    ServerProcess* worker = &launch();
    int user = 0;
    for (const char* step :
         {"refresh_judged", "session_replied", "session_storing", "session_committed"}) {
        SCOPED_TRACE(step);
        new_session(*worker, ++user);
        sandbox_admin("POST", "/revoke", {{"borrowerExternalID", borrower(user)}});
        die_at(*worker, step);
        EXPECT_THROW(token(*worker, user, true), std::runtime_error);
        EXPECT_EQ(worker->wait(), kKilled);

        worker = &launch();
        const Reply healed = token(*worker, user, false);
        ASSERT_EQ(healed.status, 200) << healed.body;
        EXPECT_EQ(status_of_a_call_with(healed.body["sessionToken"]), 200);
        int active = 0;
        const json seen = ledger();
        for (const json& session : seen["sessions"]) {
            active +=
                session["borrowerExternalID"] == borrower(user) && session["state"] == "active";
        }
        EXPECT_EQ(active, 1);
    }
}

TEST_F(PartnerWorkers, KilledWithABootstrapTokenInHandTheNextOneOpensTheSameJourney) {
    start_platform();
    ServerProcess* worker = &launch();
    const auto address = [&] {
        return ask(*worker, 1, "/api/credit/hosted-session", {{"borrowerExternalID", borrower(1)}});
    };
    const Reply before = address();
    ASSERT_EQ(before.status, 200) << before.body;
    die_at(*worker, "bootstrap_replied");
    EXPECT_THROW(address(), std::runtime_error);
    EXPECT_EQ(worker->wait(), kKilled);
    worker = &launch();
    sandbox_admin("POST", "/clock", {{"advance_ms", 26 * 3600 * 1000}});
    const Reply tomorrow = address();
    ASSERT_EQ(tomorrow.status, 200) << tomorrow.body;
    EXPECT_NE(tomorrow.body["embedURL"], before.body["embedURL"]);
    EXPECT_EQ(tomorrow.body["journeyID"], before.body["journeyID"]);
}

TEST_F(PartnerWorkers, AWorkerThatDiesBetweenSendingAndReadingIsFollowedByAnother) {
    start_platform();
    ServerProcess& first = launch();
    ServerProcess& second = launch();
    ASSERT_EQ(new_session(first, 1).status, 200);
    sandbox_admin("POST", "/faults", {{"kind", "hold"}, {"route", "refresh"}, {"count", 1}});
    auto lost = std::async(std::launch::async,
                           [&] { EXPECT_THROW(token(first, 1, true), std::runtime_error); });
    while (sandbox_admin("GET", "/holds").body["held"] != 1)
        std::this_thread::yield();
    // The platform has rotated and keeps its answer back; a second worker has to wait for the first.
    auto waiting = std::async(std::launch::async, [&] { return token(second, 1, true); });
    first.signal(SIGKILL);
    EXPECT_EQ(first.wait(), kKilled);
    lost.get();
    const Reply taken_over = waiting.get();
    sandbox_admin("POST", "/release", json::object());
    ASSERT_EQ(taken_over.status, 200) << taken_over.body;
    EXPECT_EQ(status_of_a_call_with(taken_over.body["sessionToken"]), 200);
    const json counters = ledger()["counters"];
    EXPECT_EQ(counters["rotations"], 1);
    EXPECT_EQ(counters["replays"], 1);
    std::set<std::string> keys;
    const json requests = ledger()["requests"];
    for (const json& request : requests) {
        if (request["route"] == "refresh") keys.insert(request["idempotency_key"]);
    }
    EXPECT_EQ(keys.size(), 1U);
    expect_one_living_session(1);
}

TEST_F(PartnerWorkers, ManyCallersOfSeveralWorkersAreOneRotation) {
    start_platform({"--model", "strict_family"});
    for (int i = 0; i < 3; ++i)
        launch();
    ASSERT_EQ(new_session(*workers_[0], 1).status, 200);
    sandbox_admin("POST", "/faults", {{"kind", "hold"}, {"route", "refresh"}, {"count", 1}});
    std::vector<std::future<Reply>> callers;
    for (std::size_t i = 0; i < 12; ++i) {
        ServerProcess& worker = *workers_[i % workers_.size()];
        // One key: the SDK derives it from the session token that was refused, wherever that was.
        callers.push_back(
            std::async(std::launch::async, [&] { return token(worker, 1, true, kKey); }));
    }
    // Only once every worker has taken its callers' requests, so that all of them want the same.
    const auto asked = [&] {
        std::uint64_t sum = 0;
        for (auto& worker : workers_)
            sum += counters_of(*worker)["refresh_requests"].get<std::uint64_t>();
        return sum;
    };
    while (asked() != 12 || sandbox_admin("GET", "/holds").body["held"] != 1)
        std::this_thread::yield();
    sandbox_admin("POST", "/release", json::object());
    std::set<std::string> tokens;
    for (auto& caller : callers)
        tokens.insert(caller.get().body.value("sessionToken", "none"));
    EXPECT_EQ(ledger()["counters"]["rotations"], 1);
    EXPECT_EQ(tokens.size(), 1U);
    expect_one_living_session(1);
}

TEST_F(PartnerWorkers, AStopInOrderAndAStartKeepTheSession) {
    start_platform({"--model", "strict_family"});
    ServerProcess* worker = &launch();
    ASSERT_EQ(new_session(*worker, 1).status, 200);
    for (int round = 0; round < 3; ++round) {
        ASSERT_EQ(token(*worker, 1, true).status, 200);
        EXPECT_EQ(worker->stop(), 0);
        worker = &launch();
    }
    EXPECT_EQ(ledger()["counters"]["rotations"], 3);
    expect_one_living_session(1);
}

TEST_F(PartnerWorkers, ResumedTomorrowItIsTheSameJourney) {
    start_platform();
    ServerProcess& worker = launch();
    const json today = new_session(worker, 1).body;
    sandbox_admin("POST", "/clock", {{"advance_ms", 26 * 3600 * 1000}});
    const Reply token_of_tomorrow = token(worker, 1, true);
    ASSERT_EQ(token_of_tomorrow.status, 200) << token_of_tomorrow.body;
    EXPECT_EQ(status_of_a_call_with(token_of_tomorrow.body["sessionToken"]), 200);
    const json tomorrow = new_session(worker, 1).body;
    EXPECT_EQ(tomorrow["activeJourney"]["journeyID"], today["activeJourney"]["journeyID"]);
}

TEST_F(PartnerWorkers, AStepThatDoesNotExistIsNamed) {
    start_platform();
    ServerProcess& worker = launch();
    EXPECT_EQ(call("POST", worker.ready()["admin_url"].get<std::string>() + "/crash", ca_file(),
                   {{"step", "nowhere"}})
                  .status,
              400);
}

}  // namespace
}  // namespace credit::e2e::partner

// Files of older and newer sandboxes.
#include <gtest/gtest.h>

#include "sandbox_borrower.h"
#include "server_kit/sqlite.h"

namespace credit::e2e {
namespace {

// What the first sandbox kept: a borrower with a session and two journeys, and a request in the
// ledger. Written by hand from its form, which is not to change any more.
constexpr const char* first_form = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE api_keys (key TEXT PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE borrowers (external_id TEXT PRIMARY KEY, borrower_id TEXT NOT NULL UNIQUE);
CREATE TABLE families (
    id TEXT PRIMARY KEY, external_id TEXT NOT NULL REFERENCES borrowers(external_id),
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', created_at_ms INTEGER NOT NULL);
CREATE TABLE tokens (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    family TEXT NOT NULL REFERENCES families(id), generation INTEGER NOT NULL,
    parent INTEGER, refresh_id INTEGER, issued_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, idempotency_key TEXT, request_id TEXT NOT NULL,
    state TEXT NOT NULL, changed_at_ms INTEGER NOT NULL);
CREATE TABLE token_uses (
    token_id INTEGER NOT NULL REFERENCES tokens(id), at_ms INTEGER NOT NULL,
    request_id TEXT NOT NULL, verdict TEXT NOT NULL);
CREATE TABLE requests (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL, correlation_id TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, route TEXT NOT NULL, status INTEGER NOT NULL,
    sent_status INTEGER NOT NULL, code TEXT, idempotency_key TEXT, token_id INTEGER,
    effect TEXT NOT NULL, fault TEXT, at_ms INTEGER NOT NULL);
CREATE TABLE idempotency (
    key TEXT PRIMARY KEY, method TEXT NOT NULL, path TEXT NOT NULL, credential TEXT NOT NULL,
    body TEXT NOT NULL, owner TEXT NOT NULL, state TEXT NOT NULL, status INTEGER NOT NULL,
    reply TEXT NOT NULL, created_at_ms INTEGER NOT NULL);
CREATE TABLE journeys (
    id TEXT PRIMARY KEY, external_id TEXT NOT NULL REFERENCES borrowers(external_id),
    type TEXT NOT NULL, status TEXT NOT NULL, next_action TEXT, timeline_state TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL, updated_at_ms INTEGER NOT NULL);
CREATE TRIGGER tokens_are_kept BEFORE DELETE ON tokens
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
INSERT INTO meta VALUES ('environment', 'test');
INSERT INTO api_keys VALUES ('sk_test_e2e', 'active'), ('sk_test_gone', 'revoked');
INSERT INTO borrowers VALUES ('B', '11111111-1111-4111-a111-111111111111');
INSERT INTO families VALUES ('fam_1', 'B', 'active', '', 1);
INSERT INTO tokens VALUES
    (1, 'refresh', 'rt_test_old_refresh', 'fam_1', 1, NULL, NULL, 1, 9000000000000, NULL, 'req_1',
     'active', 1),
    (2, 'session', 'st_test_old_session', 'fam_1', 1, NULL, 1, 1, 9000000000000, NULL, 'req_1',
     'active', 1);
INSERT INTO requests (request_id, correlation_id, method, path, route, status, sent_status, effect,
    at_ms) VALUES ('req_1', 'c', 'POST', '/p', 'sessions', 200, 200, 'create', 1);
INSERT INTO journeys VALUES
    ('22222222-2222-4222-a222-222222222222', 'B', 'PERSONAL_LOAN', 'CLOSED', NULL, 'CLOSED', 1, 1),
    ('33333333-3333-4333-a333-333333333333', 'B', 'PERSONAL_LOAN', 'STARTED', 'FILL_PROFILE',
     'PROFILE_REQUIRED', 2, 2);
)";

class SandboxSchemaTest : public testing::Test {
  protected:
    void write(const std::string& sql) const { kit::Database(database_).exec(sql); }

    std::int64_t form() const {
        kit::Database database(database_);
        auto query = database.prepare("PRAGMA user_version");
        query.step();
        return query.integer(0);
    }

    TemporaryFolder folder_;
    std::string database_ = folder_.path() + "/state.db";
};

TEST_F(SandboxSchemaTest, AnOldFileIsBroughtToTheNewestFormWithAllItHas) {
    write(first_form);
    {
        SandboxDriver sandbox({"--db", database_});
        EXPECT_EQ(sandbox.ready()["api_keys"], nlohmann::json({test_api_key}));
        const auto journeys = sandbox.journeys("st_test_old_session").json()["data"]["items"];
        ASSERT_EQ(journeys.size(), 2U);
        EXPECT_EQ(journeys[1]["journeyID"], "33333333-3333-4333-a333-333333333333");
        const auto resumed = sandbox.start("B", "k").json()["data"];
        EXPECT_EQ(resumed["borrowerID"], "11111111-1111-4111-a111-111111111111");
        EXPECT_EQ(resumed["activeJourney"]["journeyID"], "33333333-3333-4333-a333-333333333333");
        EXPECT_EQ(sandbox.refresh("rt_test_old_refresh", "r").status, 200);
        EXPECT_EQ(sandbox.ledger()["requests"][0]["request_id"], "req_1");
        EXPECT_EQ(sandbox.ledger()["tokens"][0]["token"], "rt_test_old_refresh");
        expect_refusal(sandbox.start("B", "g", "sk_test_gone"), 401, "AUTH_INVALID_API_KEY");
    }
    EXPECT_GE(form(), 2);
    SandboxDriver again({"--db", database_});
    EXPECT_EQ(again.counter("sessions_created"), 1) << "opening it again changes nothing";
}

TEST_F(SandboxSchemaTest, AFileOfANewerSandboxIsLeftAlone) {
    write("CREATE TABLE of_the_future (a); PRAGMA user_version = 9999");
    const auto finished = run_program(CREDIT_SANDBOX_PROGRAM, {"--db", database_},
                                      {{"CREDIT_SANDBOX_API_KEYS", test_api_key}});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_NE(finished.errors.find("newer sandbox"), std::string::npos) << finished.errors;
    EXPECT_EQ(form(), 9999);
}

TEST_F(SandboxSchemaTest, AFileOfTheOtherEnvironmentIsLeftAlone) {
    write(first_form);
    const auto finished =
        run_program(CREDIT_SANDBOX_PROGRAM, {"--db", database_, "--environment", "live"},
                    {{"CREDIT_SANDBOX_API_KEYS", std::nullopt}});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(form(), 0) << "not even brought to the newest form";
}

TEST_F(SandboxSchemaTest, AFileThatCannotBeBroughtThereStaysAsItWas) {
    write(first_form);
    // A table of this name is in the way of the new form.
    write("CREATE TABLE offers (a)");
    const auto finished = run_program(CREDIT_SANDBOX_PROGRAM, {"--db", database_},
                                      {{"CREDIT_SANDBOX_API_KEYS", test_api_key}});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_EQ(form(), 0);
    kit::Database database(database_);
    auto query = database.prepare("SELECT borrower_id FROM borrowers WHERE external_id = 'B'");
    EXPECT_TRUE(query.step());
}

}  // namespace
}  // namespace credit::e2e

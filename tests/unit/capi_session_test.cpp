// What a session's functions pass on, and what their callbacks bring.
#include <vector>

#include "tests/unit/capi_fixture.h"

namespace credit::test {
namespace {

class CapiSession : public CapiTest {
  protected:
    CapiSession() : config_(good_config()), session_(open(config_)), core_(core_of(session_)) {}
    void TearDown() override {
        core_.reset();
        session_.reset();
        config_.reset();
        CapiTest::TearDown();
    }
    credit_session* handle() const { return session_.get(); }

    Config config_;
    SessionHandle session_;
    std::shared_ptr<SessionCore> core_;
};

TokenRef make_token(std::string_view value) {
    return std::make_shared<const Token>(Token{Secret::copy_of(value), 1234, 5});
}

void no_token(void*, credit_token*, const credit_error*) {
    FAIL() << "called";
}
void no_text(void*, credit_str, const credit_error*) {
    FAIL() << "called";
}
void no_journey(void*, credit_journey*, const credit_error*) {
    FAIL() << "called";
}

struct KeptToken {
    int calls = 0;
    credit_token* token = nullptr;
    credit_code code = CREDIT_OK;
    static void done(void* context, credit_token* token, const credit_error* error) {
        auto& kept = *static_cast<KeptToken*>(context);
        ++kept.calls;
        kept.token = credit_token_retain(token);
        kept.code = credit_error_code(error);
    }
};

TEST_F(CapiSession, GetTokenHandsOutATokenThatMayBeKept) {
    KeptToken kept;
    credit_op op = 0;
    credit_token_options options = sized<credit_token_options>();
    options.minimum_lifetime_ms = 100;
    options.deadline_ms = 200;
    ASSERT_EQ(credit_session_get_token(handle(), &options, &kept, KeptToken::done, &op), CREDIT_OK);
    EXPECT_EQ(op, 7u);
    EXPECT_EQ(core_->minimum_lifetime_ms, 100);
    EXPECT_EQ(core_->deadline_ms, 200);
    EXPECT_EQ(kept.calls, 0);

    core_->token_done(make_token("st_test_1"), TokenSource::refresh, nullptr);
    EXPECT_EQ(kept.calls, 1);
    EXPECT_EQ(checked(credit_token_value(kept.token)), "st_test_1");
    EXPECT_EQ(credit_token_expires_at_ms(kept.token), 1234);
    EXPECT_EQ(credit_token_generation(kept.token), 5u);
    EXPECT_EQ(credit_token_source_of(kept.token), CREDIT_TOKEN_FROM_REFRESH);
    // The engine may keep the function; nothing of ours hangs on it.
    EXPECT_EQ(credit_debug_live_objects(), 3u);
    credit_token_release(kept.token);
    EXPECT_EQ(credit_debug_live_objects(), 2u);
}

TEST_F(CapiSession, GetTokenReportsErrors) {
    KeptToken kept;
    ASSERT_EQ(credit_session_get_token(handle(), nullptr, &kept, KeptToken::done, nullptr),
              CREDIT_OK);
    EXPECT_EQ(core_->deadline_ms, 0);
    const Error error(Code::deadline, "too late");
    core_->token_done(nullptr, TokenSource::cache, &error);
    EXPECT_EQ(kept.code, CREDIT_DEADLINE);
    EXPECT_EQ(kept.token, nullptr);
    EXPECT_EQ(credit_debug_live_objects(), 2u);
}

TEST_F(CapiSession, MisuseComesBackAtOnceAndNothingLeaks) {
    core_->misuse = Code::session_spent;
    EXPECT_EQ(credit_session_get_token(handle(), nullptr, nullptr, no_token, nullptr),
              CREDIT_SESSION_SPENT);
    EXPECT_EQ(credit_session_journey(handle(), nullptr, nullptr, no_journey, nullptr),
              CREDIT_SESSION_SPENT);
    EXPECT_EQ(credit_session_diagnostics(handle(), nullptr, no_text, nullptr),
              CREDIT_SESSION_SPENT);
    EXPECT_EQ(credit_session_reject_token(handle(), 1), CREDIT_SESSION_SPENT);
    EXPECT_EQ(credit_session_notify(handle(), CREDIT_HINT_FOREGROUND), CREDIT_SESSION_SPENT);
    core_->token_done = nullptr;
    core_->journey_done = nullptr;
    EXPECT_EQ(credit_debug_live_objects(), 2u);
}

TEST_F(CapiSession, NullCallbacksAndArgumentsAreRefused) {
    credit_token* token = nullptr;
    std::size_t size = 0;
    char buffer[16];
    EXPECT_EQ(credit_session_get_token(handle(), nullptr, nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_get_token(nullptr, nullptr, nullptr, no_token, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_start(handle(), nullptr, nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_adopt_json(handle(), str("{}"), nullptr, nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(
        credit_session_adopt_json(handle(), str(""), nullptr, nullptr, Outcome::done, nullptr),
        CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_adopt_json(handle(), credit_str{nullptr, 3}, nullptr, nullptr,
                                        Outcome::done, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_journey(handle(), nullptr, nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_diagnostics(handle(), nullptr, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_current_token(handle(), 0, nullptr), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_current_token(handle(), -1, &token), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_copy_token(handle(), 0, nullptr, 4, &size, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_copy_token(handle(), 0, buffer, sizeof buffer, nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_reject_token(handle(), 0), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_cancel(handle(), 0), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_notify(handle(), static_cast<credit_hint>(6)),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_state(handle(), nullptr), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_close(nullptr, nullptr, nullptr), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_end(nullptr, nullptr, nullptr), CREDIT_INVALID_ARGUMENT);
    credit_token_options options = sized<credit_token_options>();
    options.deadline_ms = -1;
    EXPECT_EQ(credit_session_get_token(handle(), &options, nullptr, no_token, nullptr),
              CREDIT_INVALID_ARGUMENT);
    options.struct_size = 0;
    EXPECT_EQ(credit_session_get_token(handle(), &options, nullptr, no_token, nullptr),
              CREDIT_INVALID_ARGUMENT);
}

TEST_F(CapiSession, TheTokenOfRightNow) {
    core_->token = make_token("st_test_now");
    credit_token* token = nullptr;
    ASSERT_EQ(credit_session_current_token(handle(), 0, &token), CREDIT_OK);
    EXPECT_EQ(checked(credit_token_value(token)), "st_test_now");
    EXPECT_EQ(credit_token_source_of(token), CREDIT_TOKEN_FROM_CACHE);
    credit_token_release(credit_token_retain(token));
    credit_token_release(token);

    char buffer[32];
    std::size_t size = 0;
    std::uint64_t generation = 0;
    ASSERT_EQ(credit_session_copy_token(handle(), 0, buffer, sizeof buffer, &size, &generation),
              CREDIT_OK);
    EXPECT_EQ(std::string(buffer, size), "st_test_now");
    EXPECT_EQ(generation, 5u);
    EXPECT_EQ(credit_session_copy_token(handle(), 0, buffer, 3, &size, nullptr),
              CREDIT_BUFFER_TOO_SMALL);
    EXPECT_EQ(size, 11u);
    // Asking for the size alone.
    EXPECT_EQ(credit_session_copy_token(handle(), 0, nullptr, 0, &size, nullptr),
              CREDIT_BUFFER_TOO_SMALL);
    EXPECT_EQ(size, 11u);

    core_->token_code = Code::no_live_token;
    EXPECT_EQ(credit_session_current_token(handle(), 0, &token), CREDIT_NO_LIVE_TOKEN);
    EXPECT_EQ(token, nullptr);
    EXPECT_EQ(credit_session_copy_token(handle(), 0, buffer, sizeof buffer, &size, nullptr),
              CREDIT_NO_LIVE_TOKEN);
    EXPECT_EQ(size, 0u);
}

TEST_F(CapiSession, StartPassesOnWhatItWasGivenAndRefusesKeys) {
    Outcome outcome;
    credit_start_options options = sized<credit_start_options>();
    options.replace = 1;
    options.journey_type = str("PERSONAL_LOAN");
    options.profile_json = str(R"({"pan":"x"})");
    options.deadline_ms = 50;
    ASSERT_EQ(credit_session_start(handle(), &options, &outcome, Outcome::done, nullptr),
              CREDIT_OK);
    EXPECT_TRUE(core_->replace);
    EXPECT_EQ(core_->start_options.journey_type, "PERSONAL_LOAN");
    EXPECT_EQ(core_->start_options.profile_json->view(), R"({"pan":"x"})");
    EXPECT_EQ(core_->deadline_ms, 50);
    core_->done(nullptr);
    EXPECT_EQ(outcome.calls, 1);
    EXPECT_EQ(outcome.code, CREDIT_OK);

    options.profile_json = str(R"({"k":"sk_live_abcdefgh12345678"})");
    EXPECT_EQ(credit_session_start(handle(), &options, &outcome, Outcome::done, nullptr),
              CREDIT_API_KEY_REFUSED);
    const std::string large(64 * 1024 + 1, 'x');
    options.profile_json = str(large);
    EXPECT_EQ(credit_session_start(handle(), &options, &outcome, Outcome::done, nullptr),
              CREDIT_INVALID_ARGUMENT);
    ASSERT_EQ(credit_session_start(handle(), nullptr, &outcome, Outcome::done, nullptr), CREDIT_OK);
    EXPECT_FALSE(core_->replace);
    EXPECT_EQ(core_->start_options.profile_json, nullptr);
}

TEST_F(CapiSession, AdoptCopiesAtMostWhatAParserNeedsToRefuse) {
    Outcome outcome;
    credit_op op = 0;
    ASSERT_EQ(credit_session_adopt_json(handle(), str("{}"), nullptr, &outcome, Outcome::done, &op),
              CREDIT_OK);
    EXPECT_EQ(core_->adopted, "{}");
    EXPECT_FALSE(core_->replace);
    EXPECT_EQ(op, 7u);
    const std::string large(1024 * 1024, 'x');
    credit_adopt_options options = sized<credit_adopt_options>();
    options.replace = 1;
    ASSERT_EQ(
        credit_session_adopt_json(handle(), str(large), &options, &outcome, Outcome::done, nullptr),
        CREDIT_OK);
    EXPECT_TRUE(core_->replace);
    EXPECT_EQ(core_->adopted.size(), kMaxJsonBytes + 1);
}

TEST_F(CapiSession, CloseAndEndMayBeWithoutCallback) {
    ASSERT_EQ(credit_session_close(handle(), nullptr, nullptr), CREDIT_OK);
    core_->done(nullptr);
    ASSERT_EQ(credit_session_end(handle(), nullptr, nullptr), CREDIT_OK);
    const Error error(Code::storage_full, "full");
    core_->done(&error);
    Outcome outcome;
    ASSERT_EQ(credit_session_end(handle(), &outcome, Outcome::done), CREDIT_OK);
    core_->done(&error);
    EXPECT_EQ(outcome.code, CREDIT_STORAGE_FULL);
    EXPECT_EQ(outcome.message, "full");
}

TEST_F(CapiSession, SmallOnesArePassedOn) {
    EXPECT_EQ(credit_session_reject_token(handle(), 9), CREDIT_OK);
    EXPECT_EQ(core_->rejected, 9u);
    EXPECT_EQ(credit_session_cancel(handle(), 8), CREDIT_OK);
    EXPECT_EQ(core_->cancelled, 8u);
    for (int hint = 1; hint <= 5; ++hint) {
        EXPECT_EQ(credit_session_notify(handle(), static_cast<credit_hint>(hint)), CREDIT_OK);
    }
    EXPECT_THAT(core_->hints, ::testing::ElementsAre(Hint::network_available, Hint::foreground,
                                                     Hint::storage_unlocked, Hint::clock_changed,
                                                     Hint::partner_credentials));
}

struct Watcher {
    std::vector<credit_state_info> seen;
    int released = 0;
    static void on_state(void* context, const credit_state_info* info) {
        static_cast<Watcher*>(context)->seen.push_back(*info);
    }
    static void release(void* context) { ++static_cast<Watcher*>(context)->released; }
    credit_observer observer() {
        credit_observer made = sized<credit_observer>();
        made.context = this;
        made.on_state = on_state;
        made.release = release;
        return made;
    }
};

TEST_F(CapiSession, StateIsReadAndWatched) {
    core_->state = {PublicState::no_session, StateInfo::kHealing, Code::session_dead, 4, 99};
    credit_state_info info = sized<credit_state_info>();
    ASSERT_EQ(credit_session_state(handle(), &info), CREDIT_OK);
    EXPECT_EQ(info.state, CREDIT_STATE_NO_SESSION);
    EXPECT_EQ(info.properties, CREDIT_PROPERTY_HEALING);
    EXPECT_EQ(info.reason, CREDIT_SESSION_DEAD);
    EXPECT_EQ(info.generation, 4u);
    EXPECT_EQ(info.expires_at_ms, 99);

    Watcher watcher;
    const credit_observer observer = watcher.observer();
    std::uint64_t id = 0;
    ASSERT_EQ(credit_session_subscribe(handle(), &observer, &id), CREDIT_OK);
    EXPECT_EQ(id, 1u);
    core_->on_state(core_->state);
    ASSERT_EQ(watcher.seen.size(), 1u);
    EXPECT_EQ(watcher.seen[0].struct_size, sizeof(credit_state_info));
    EXPECT_EQ(watcher.seen[0].reason, CREDIT_SESSION_DEAD);
    EXPECT_EQ(credit_session_unsubscribe(handle(), id), CREDIT_OK);
    EXPECT_EQ(core_->unsubscribed, 1u);
    EXPECT_EQ(watcher.released, 1);
    core_->on_state = nullptr;
    core_->on_last = nullptr;
    EXPECT_EQ(watcher.released, 1);
    EXPECT_EQ(credit_debug_live_objects(), 2u);
}

TEST_F(CapiSession, AForgottenSubscriptionIsReleasedAndARefusedOneIsNot) {
    Watcher watcher;
    const credit_observer observer = watcher.observer();
    std::uint64_t id = 0;
    ASSERT_EQ(credit_session_subscribe(handle(), &observer, &id), CREDIT_OK);
    core_->on_state = nullptr;
    EXPECT_EQ(watcher.released, 0);
    core_->on_last = nullptr;
    EXPECT_EQ(watcher.released, 1);

    core_->misuse = Code::session_spent;
    EXPECT_EQ(credit_session_subscribe(handle(), &observer, &id), CREDIT_SESSION_SPENT);
    EXPECT_EQ(watcher.released, 1);
    credit_observer blind = watcher.observer();
    blind.on_state = nullptr;
    EXPECT_EQ(credit_session_subscribe(handle(), &blind, &id), CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_session_unsubscribe(handle(), 0), CREDIT_INVALID_ARGUMENT);
}

struct KeptJourney {
    int calls = 0;
    credit_journey* journey = nullptr;
    credit_code code = CREDIT_OK;
    static void done(void* context, credit_journey* journey, const credit_error* error) {
        auto& kept = *static_cast<KeptJourney*>(context);
        ++kept.calls;
        kept.journey = credit_journey_retain(journey);
        kept.code = credit_error_code(error);
    }
};

TEST_F(CapiSession, JourneysAreThereOrNot) {
    KeptJourney kept;
    credit_journey_options options = sized<credit_journey_options>();
    options.known_only = 1;
    ASSERT_EQ(credit_session_journey(handle(), &options, &kept, KeptJourney::done, nullptr),
              CREDIT_OK);
    EXPECT_TRUE(core_->known_only);
    core_->journey_done(Journey{"j-1", "ACTIVE", "SIGN"}, nullptr);
    EXPECT_EQ(checked(credit_journey_id(kept.journey)), "j-1");
    EXPECT_EQ(checked(credit_journey_status(kept.journey)), "ACTIVE");
    EXPECT_EQ(checked(credit_journey_next_action(kept.journey)), "SIGN");
    credit_journey_release(kept.journey);

    ASSERT_EQ(credit_session_journey(handle(), nullptr, &kept, KeptJourney::done, nullptr),
              CREDIT_OK);
    core_->journey_done(std::nullopt, nullptr);
    EXPECT_EQ(kept.journey, nullptr);
    EXPECT_EQ(kept.code, CREDIT_OK);

    ASSERT_EQ(credit_session_journey(handle(), nullptr, &kept, KeptJourney::done, nullptr),
              CREDIT_OK);
    const Error error(Code::network_timeout, "slow");
    core_->journey_done(std::nullopt, &error);
    EXPECT_EQ(kept.code, CREDIT_NETWORK_TIMEOUT);
    EXPECT_EQ(kept.calls, 3);
}

TEST_F(CapiSession, DiagnosticsAreText) {
    struct Seen {
        std::string text;
        credit_code code = CREDIT_OK;
    } seen;
    const auto done = [](void* context, credit_str given, const credit_error* error) {
        auto& into = *static_cast<Seen*>(context);
        into.text = checked(given);
        into.code = credit_error_code(error);
    };
    ASSERT_EQ(credit_session_diagnostics(handle(), &seen, done, nullptr), CREDIT_OK);
    core_->text_done(R"({"state":"active"})", nullptr);
    EXPECT_EQ(seen.text, R"({"state":"active"})");
    const Error error(Code::closed, "closed");
    core_->text_done("", &error);
    EXPECT_EQ(seen.code, CREDIT_CLOSED);
    EXPECT_EQ(seen.text, "");
}

TEST_F(CapiSession, BadBorrowersAreRefused) {
    for (const char* id : {"", " x", "x ", "a\nb", "sk_live_abcdefgh12345678"}) {
        credit_session* session = nullptr;
        EXPECT_EQ(credit_session_open(config_.get(), str(id), &session, nullptr),
                  CREDIT_INVALID_BORROWER)
            << id;
        EXPECT_EQ(credit_storage_erase(config_.get(), str(id), nullptr, Outcome::done),
                  CREDIT_INVALID_BORROWER)
            << id;
    }
    EXPECT_EQ(credit_session_open(config_.get(), str("x"), nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    credit_session* session = nullptr;
    EXPECT_EQ(credit_session_open(nullptr, str("x"), &session, nullptr), CREDIT_INVALID_ARGUMENT);
}

TEST_F(CapiSession, EraseNamesThePlaceAndTheBorrower) {
    Outcome outcome;
    ASSERT_EQ(credit_storage_erase(config_.get(), str("b-3"), &outcome, Outcome::done), CREDIT_OK);
    EXPECT_EQ(fake::last_erased().borrower, "b-3");
    EXPECT_EQ(fake::last_erased().storage_identity, core_->config.settings.storage_identity);
    fake::last_erased().done(nullptr);
    EXPECT_EQ(outcome.calls, 1);
    EXPECT_EQ(credit_storage_erase(config_.get(), str("b-3"), nullptr, nullptr),
              CREDIT_INVALID_ARGUMENT);
    EXPECT_EQ(credit_config_set_storage_dir(config_.get(), str("")), CREDIT_OK);
    EXPECT_EQ(credit_storage_erase(config_.get(), str("b-3"), &outcome, Outcome::done),
              CREDIT_CONFIG_MISSING);
}

TEST(CapiNull, GettersOfNothing) {
    EXPECT_EQ(checked(credit_token_value(nullptr)), "");
    EXPECT_EQ(credit_token_expires_at_ms(nullptr), -1);
    EXPECT_EQ(credit_token_generation(nullptr), 0u);
    EXPECT_EQ(checked(credit_journey_id(nullptr)), "");
    EXPECT_EQ(credit_response_status(nullptr), 0);
    EXPECT_EQ(credit_response_header_count(nullptr), 0u);
    EXPECT_EQ(checked(credit_response_body(nullptr)), "");
    credit_token_release(nullptr);
    credit_journey_release(nullptr);
    credit_response_release(nullptr);
}

}  // namespace
}  // namespace credit::test

// Whole sessions on the Keychain: what a borrower would notice of prewarming, reinstalling, an extension beside the app, and
// suspension.
#include <gtest/gtest.h>

#include "tests/apple/darwin_double/darwin_double.h"
#include "tests/apple/keychain_world.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

constexpr const char* kBorrower = "borrower-1";
using Lock = SecurityDouble::Lock;

class AppleSession : public testing::Test {
  protected:
    SessionConfig config(World& process, const Activity& activity = endless_activity()) {
        SessionConfig made = process.config();
        made.ports.store = device_.start(device_.container(), kGroup, activity);
        return made;
    }
    // A process that adopts a session, and is gone.
    std::string adopted() {
        World process;
        const auto session = process.open(config(process), kBorrower);
        const OutcomeRef adopting = process.adopt(*session, process.platform->flat(kBorrower));
        process.settle();
        EXPECT_EQ(adopting->code(), Code::ok);
        return process.platform->session_token;
    }
    static std::string token_of(World& process, Session& session) {
        const OutcomeRef token = process.get_token(session);
        process.settle();
        EXPECT_EQ(token->calls, 1);
        return token->token ? token->value() : std::string(code_name(token->code()));
    }
    KeychainWorld device_;
};

TEST_F(AppleSession, SurvivesTheProcess) {
    const std::string token = adopted();
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.settle();
    EXPECT_EQ(session->state().state, PublicState::active);
    EXPECT_EQ(token_of(process, *session), token);
}

class PrewarmedApp : public AppleSession, public testing::WithParamInterface<Lock> {};

// Started by the system on a locked device: the app is told "locked", no "signed out", and every waiter gets its one answer;
// when the user comes, the same session is there.
TEST_P(PrewarmedApp, SeesALockedSessionAndThenItsOwn) {
    const std::string token = adopted();
    const auto before = device_.device.items();
    device_.device.set_lock(GetParam());
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.settle();
    EXPECT_EQ(session->state().state, PublicState::storage_locked);
    const OutcomeRef waiting = process.get_token(*session);
    process.settle();
    EXPECT_EQ(waiting->calls, 1);
    EXPECT_EQ(waiting->code(), Code::storage_locked);
    EXPECT_EQ(device_.device.items(), before);

    device_.device.set_lock(Lock::unlocked);
    process.advance(minutes(2));
    process.settle();
    EXPECT_EQ(token_of(process, *session), token);
    EXPECT_EQ(session->state().state, PublicState::active);
}

// With the rotation due, nothing is redeemed that could not be saved.
TEST_P(PrewarmedApp, SendsNoRefreshItCouldNotSave) {
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.adopt(*session, process.platform->flat(kBorrower));
    process.settle();
    const std::string token = process.platform->session_token;
    device_.device.set_lock(GetParam());
    process.advance(minutes(25));
    process.settle();
    const auto refreshes = process.wire->to("/refresh").size();
    EXPECT_EQ(refreshes, 0u);
    EXPECT_EQ(token_of(process, *session), token);  // still good
    process.advance(minutes(10));
    EXPECT_EQ(token_of(process, *session), code_name(Code::storage_locked));
    EXPECT_EQ(process.wire->to("/refresh").size(), 0u);
    EXPECT_NE(session->state().state, PublicState::no_session);

    device_.device.set_lock(Lock::unlocked);
    process.advance(minutes(2));
    const std::string fresh = token_of(process, *session);
    EXPECT_EQ(fresh, process.platform->session_token);
    EXPECT_NE(fresh, token);
}

INSTANTIATE_TEST_SUITE_P(Answers, PrewarmedApp,
                         testing::Values(Lock::before_first, Lock::denying_all),
                         [](const auto& info) {
                             return info.param == Lock::denying_all ? "NotFound" : "NotAllowed";
                         });

TEST_F(AppleSession, IsNotLostToAProtectedKeyFile) {
    const std::string token = adopted();
    data_protection::lock_files(true);
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.settle();
    EXPECT_EQ(session->state().state, PublicState::storage_locked);
    data_protection::lock_files(false);
    process.advance(minutes(2));
    EXPECT_EQ(token_of(process, *session), token);
}

TEST_F(AppleSession, IsGoneAfterAReinstallAndANewOneStarts) {
    adopted();
    device_.reinstall();
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.settle();
    EXPECT_EQ(session->state().state, PublicState::no_session);
    const OutcomeRef adopting = process.adopt(*session, process.platform->flat(kBorrower));
    process.settle();
    EXPECT_EQ(adopting->code(), Code::ok);
    EXPECT_EQ(token_of(process, *session), process.platform->session_token);
}

TEST_F(AppleSession, OfAnExtensionIsTheApps) {
    World device;
    const auto app = device.open(config(device), kBorrower);
    device.adopt(*app, device.platform->flat(kBorrower));
    device.settle();
    World extension;
    extension.platform = device.platform;
    extension.clock = device.clock;
    SessionConfig shared = config(extension);
    shared.ports.clock = device.clock;
    extension.wire->answer = [&](const HttpRequest& request) {
        return device.platform->answer(request);
    };
    const auto session = extension.open(std::move(shared), kBorrower);
    extension.settle();
    EXPECT_EQ(token_of(extension, *session), device.platform->session_token);

    // The token dies for both; whoever comes first rotates, and the other takes what it finds.
    device.advance(minutes(31));
    const std::string rotated = token_of(extension, *session);
    EXPECT_EQ(device.platform->rotations, 1);
    EXPECT_EQ(token_of(device, *app), rotated);
    EXPECT_EQ(device.platform->rotations, 1);
}

TEST_F(AppleSession, EndedStaysEndedAndTheKeychainHoldsNoToken) {
    const std::string token = adopted();
    World process;
    const auto session = process.open(config(process), kBorrower);
    process.settle();
    const OutcomeRef ending = process.end(*session);
    process.settle();
    EXPECT_EQ(ending->code(), Code::ok);
    for (const KeychainItem& item : device_.device.items()) {
        const std::string text(reinterpret_cast<const char*>(item.data.data()), item.data.size());
        EXPECT_EQ(text.find(token), std::string::npos);
    }
    World next;
    const auto again = next.open(config(next), kBorrower);
    next.settle();
    EXPECT_EQ(again->state().state, PublicState::no_session);
}

// Suspended between the reply and its commit: the system takes the lock back, and the pair is saved when there is time again.
TEST_F(AppleSession, KeepsAPairWhoseCommitTheSystemInterrupted) {
    struct Grants {
        bool refuse = false;
        static std::uint64_t begin(void* context, void (*)(void*), void*) {
            return static_cast<Grants*>(context)->refuse ? 0 : 1;
        }
        static void end(void*, std::uint64_t) {}
    } grants;
    World process;
    const auto session =
        process.open(config(process, Activity{&grants, &Grants::begin, &Grants::end}), kBorrower);
    process.adopt(*session, process.platform->flat(kBorrower));
    process.settle();
    process.advance(minutes(31));
    process.wire->answer = [&, real = process.wire->answer](const HttpRequest& request) {
        grants.refuse = true;  // from here on: the app is being suspended
        return real(request);
    };
    const OutcomeRef token = process.get_token(*session);
    process.settle();
    EXPECT_EQ(process.platform->rotations, 1);
    EXPECT_EQ(token->value(), process.platform->session_token);  // held in memory, and said (R17)
    grants.refuse = false;
    process.advance(minutes(5));
    process.settle();

    World next;
    next.platform = process.platform;
    SessionConfig reopened = config(next);
    reopened.ports.clock = process.clock;
    const auto after = next.open(std::move(reopened), kBorrower);
    next.settle();
    EXPECT_EQ(token_of(next, *after), process.platform->session_token);
    EXPECT_EQ(process.platform->rotations, 1);
}

}  // namespace
}  // namespace credit::test

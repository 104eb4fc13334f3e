#include "tests/contract/sick_device.h"

#include <filesystem>

#include "platform/file/file_store.h"
#include "platform/posix/posix_entropy.h"

namespace credit::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBorrower = "borrower-1";
// A token that is refused right after its issue opens a breaker (R29); these two are refused later.
constexpr Millis kBetweenStages = minutes(2);
constexpr Millis kAge = minutes(5);  // of the session, when it is looked at

void no_network(World& world) {
    world.wire->answer = [](const HttpRequest&) {
        return std::optional<HttpOutcome>(no_reply(HttpFailure::connect, false));
    };
}

}  // namespace

SickDevice::SickDevice(FileWorld::Where where) : files(where) {
    World world;
    SessionConfig config = config_in(world);
    key = record_key(config.settings, kBorrower);
    const auto session = world.open(std::move(config), kBorrower);
    const auto photograph = [&] {
        world.settle();
        stages_.push_back(found());
        tokens_.push_back(world.platform->session_token);
    };
    const OutcomeRef adopting = world.adopt(*session, world.platform->flat(kBorrower));
    photograph();
    EXPECT_EQ(adopting->code(), Code::ok);
    for (int round = 0; round < 2; ++round) {
        world.advance(kBetweenStages);
        EXPECT_TRUE(session->reject_token(session->state().generation).ok());
        const OutcomeRef token = world.get_token(*session);
        photograph();
        EXPECT_EQ(token->value(), world.platform->session_token);
    }
    world.end(*session);
    photograph();
    tokens_.back().clear();
}

SessionConfig SickDevice::config_in(World& world, char key_byte) {
    SessionConfig config = world.config();
    config.ports.store = std::make_shared<FileStore>(files.dir(), sealing_key_of(key_byte),
                                                     std::make_shared<PosixEntropy>());
    return config;
}

Slots SickDevice::found() const {
    return {read_file(slot('a')), read_file(slot('b'))};
}

void SickDevice::put(const Slots& slots) {
    for (const char which : {'a', 'b'}) {
        const std::string path = slot(which);
        fs::remove_all(path);  // never through a link that a test put there
        write_file(path, which == 'a' ? slots.a : slots.b);
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    }
}

bool SickDevice::keeps(const Bytes& content) const {
    for (const std::string& path : files_in(files.dir())) {
        if (fs::is_regular_file(fs::symlink_status(path)) && read_file(path) == content)
            return true;
    }
    return false;
}

void SickDevice::clear_quarantine() {
    for (const char* suffix : {".q1", ".q2"})
        fs::remove(files.path(key, suffix));
}

void SickDevice::in_process(World& world, char key_byte,
                            const std::function<void(Session&)>& then) {
    world.clock->advance(kAge);
    const auto session = world.open(config_in(world, key_byte), kBorrower);
    world.settle();
    then(*session);
    world.settle();
}

Seen SickDevice::look(char key_byte) {
    World world;
    no_network(world);
    Seen seen;
    in_process(world, key_byte, [&](Session& session) {
        const StateInfo info = session.state();
        seen.state = info.state;
        seen.reason = info.reason;
        seen.generation = info.generation;
        world.copy(session, seen.token);
        const OutcomeRef token = world.get_token(session);
        world.settle();
        seen.answered = token->calls == 1;
        seen.token_code = token->code();
        if (token->token != nullptr) seen.token = token->value();
    });
    return seen;
}

void expect_sick(const Seen& seen, Code code, const std::string& what) {
    ASSERT_EQ(seen.reason, code) << what;
    ASSERT_NE(seen.state, PublicState::active) << what;
    // A state in which apps send the borrower to the start is only for what the SDK itself calls lost.
    ASSERT_EQ(seen.state == PublicState::no_session, code_needs_new_session(code)) << what;
    ASSERT_EQ(seen.token, "") << what;
    ASSERT_TRUE(seen.answered) << what;
    ASSERT_EQ(seen.token_code, code) << what;
}

void PrintTo(const Seen& seen, std::ostream* out) {
    *out << "state " << static_cast<int>(seen.state) << ", reason " << code_name(seen.reason)
         << ", token " << code_name(seen.token_code) << ", generation " << seen.generation;
}

}  // namespace credit::test

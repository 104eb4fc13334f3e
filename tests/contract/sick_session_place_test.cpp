// Something else than our files in their place, and files that are another's, with the session opened on top (R3, R6): the
// answer is typed, nothing is followed, nothing is deleted, and when the place is put right the session is there.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "platform/file/slot.h"
#include "tests/contract/sick_device.h"

namespace credit::test {
namespace {

namespace fs = std::filesystem;

struct Thing {
    std::string name;
    std::function<void(const std::string& path, const std::string& victim)> place;
};

void make_socket(const std::string& path) {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.size(), sizeof address.sun_path);
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
}

const std::vector<Thing>& things() {
    static const std::vector<Thing> all = {
        {"symlink", [](const auto& path, const auto& victim) { fs::create_symlink(victim, path); }},
        {"dangling_symlink",
         [](const auto& path, const auto&) { fs::create_symlink("/nowhere/at/all", path); }},
        {"hard_link",
         [](const auto& path, const auto& victim) { fs::create_hard_link(victim, path); }},
        {"fifo", [](const auto& path, const auto&) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); }},
        {"socket", [](const auto& path, const auto&) { make_socket(path); }},
        {"folder", [](const auto& path, const auto&) { fs::create_directory(path); }}};
    return all;
}

class SickPlace : public testing::Test {
  protected:
    SickPlace() {
        device_.put(whole_);
        // As good as the real thing, but reached by another name: the very bytes of a slot.
        write_file(victim_, whole_.a);
        ::chmod(victim_.c_str(), 0600);
    }
    void put_in_place_of(const std::string& path, const Thing& thing) {
        fs::remove_all(path);
        thing.place(path, victim_);
    }
    void expect_active(const std::string& what) {
        const Seen seen = device_.look();
        EXPECT_EQ(seen.state, PublicState::active) << what;
    }
    void expect_healthy_when_put_right(const std::string& what) {
        EXPECT_TRUE(read_file(victim_) == whole_.a) << what;
        device_.put(whole_);
        EXPECT_EQ(device_.look().token, device_.token(SickDevice::refreshed_again)) << what;
    }
    SickDevice device_{FileWorld::Where::memory};
    const std::string victim_ = device_.files.above() + "/victim";
    const Slots whole_ = device_.slots(SickDevice::refreshed_again);
};

TEST_F(SickPlace, OfOneSlot) {
    for (const Thing& thing : things()) {
        for (const char which : {'a', 'b'}) {
            put_in_place_of(device_.slot(which), thing);
            expect_active(thing.name);
            expect_healthy_when_put_right(thing.name);
        }
    }
}

TEST_F(SickPlace, OfBothSlots) {
    for (const Thing& thing : things()) {
        put_in_place_of(device_.slot('a'), thing);
        if (thing.name == "hard_link") fs::remove(device_.slot('b'));
        put_in_place_of(device_.slot('b'), thing);
        expect_sick(device_.look(), Code::storage_denied, thing.name);
        expect_healthy_when_put_right(thing.name);
    }
}

// Reading needs no lock: the session goes on with what it holds, and what cannot be written is told.
TEST_F(SickPlace, OfTheLockFile) {
    const std::string lock = device_.files.path(device_.key, ".lock");
    for (const Thing& thing : things()) {
        put_in_place_of(lock, thing);
        expect_active(thing.name);
        {
            World world;
            device_.in_process(world, 'k', [&](Session& session) {
                const OutcomeRef ending = world.end(session);
                world.settle();
                EXPECT_EQ(ending->code(), Code::storage_denied) << thing.name;
            });
        }
        fs::remove_all(lock);
        expect_healthy_when_put_right(thing.name);
    }
}

TEST_F(SickPlace, OfTheOwnersFile) {
    const std::string owners = device_.files.dir() + "/owners.lock";
    for (const Thing& thing : things()) {
        put_in_place_of(owners, thing);
        expect_active(thing.name);
        expect_healthy_when_put_right(thing.name);
    }
    fs::remove_all(owners);
}

TEST_F(SickPlace, OfTheFolder) {
    const std::string dir = device_.files.dir();
    const std::string aside = device_.files.above() + "/aside";
    fs::rename(dir, aside);
    const std::vector<Thing> kinds = {
        {"link to the real one",
         [&](const auto& path, const auto&) { fs::create_directory_symlink(aside, path); }},
        {"file", [](const auto& path, const auto&) { std::ofstream(path) << "x"; }},
        {"fifo", things()[3].place},
        {"socket", things()[4].place}};
    for (const Thing& thing : kinds) {
        put_in_place_of(dir, thing);
        expect_sick(device_.look(), Code::storage_denied, thing.name);
        fs::remove(dir);
    }
    fs::rename(aside, dir);
    EXPECT_EQ(device_.look().token, device_.token(SickDevice::refreshed_again));
}

TEST_F(SickPlace, ModesThatLetOthersIn) {
    for (const mode_t mode : {0640u, 0604u, 0660u, 0622u, 0777u}) {
        for (const char which : {'a', 'b'})
            ASSERT_EQ(::chmod(device_.slot(which).c_str(), mode), 0);
        expect_sick(device_.look(), Code::storage_denied, std::to_string(mode));
    }
    for (const char which : {'a', 'b'})
        ASSERT_EQ(::chmod(device_.slot(which).c_str(), 0600), 0);
    for (const mode_t mode : {0777u, 0750u, 0701u}) {
        ASSERT_EQ(::chmod(device_.files.dir().c_str(), mode), 0);
        expect_sick(device_.look(), Code::storage_denied, std::to_string(mode));
    }
    ASSERT_EQ(::chmod(device_.files.dir().c_str(), 0700), 0);
    EXPECT_TRUE(device_.found() == whole_);
    EXPECT_EQ(device_.look().token, device_.token(SickDevice::refreshed_again));
}

TEST_F(SickPlace, FilesOfAnotherUser) {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
    const std::string lock = device_.files.path(device_.key, ".lock");
    for (const std::string& path : {device_.slot('a'), device_.slot('b')})
        ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    expect_sick(device_.look(), Code::storage_denied, "slots");
    for (const std::string& path : {device_.slot('a'), device_.slot('b')})
        ASSERT_EQ(::chown(path.c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(lock.c_str(), 12345, 12345), 0);
    {
        World world;
        device_.in_process(world, 'k', [&](Session& session) {
            EXPECT_EQ(session.state().state, PublicState::active);
            const OutcomeRef ending = world.end(session);
            world.settle();
            EXPECT_EQ(ending->code(), Code::storage_denied);
        });
    }
    ASSERT_EQ(::chown(lock.c_str(), 0, 0), 0);
    ASSERT_EQ(::chown(device_.files.dir().c_str(), 12345, 12345), 0);
    expect_sick(device_.look(), Code::storage_denied, "folder");
    ASSERT_EQ(::chown(device_.files.dir().c_str(), 0, 0), 0);
    EXPECT_EQ(device_.look().token, device_.token(SickDevice::refreshed_again));
}

TEST_F(SickPlace, AnotherKey) {
    expect_sick(device_.look('x'), Code::storage_wrong_key, "another key");
    World world;
    device_.in_process(world, 'x', [&](Session& session) {
        const OutcomeRef adopting = world.adopt(session, world.platform->flat("borrower-1"));
        const OutcomeRef ending = world.end(session);
        world.settle();
        EXPECT_EQ(adopting->code() == Code::ok, false);
        EXPECT_EQ(ending->code(), Code::storage_wrong_key);
    });
    EXPECT_TRUE(device_.found() == whole_);
    EXPECT_EQ(device_.look().token, device_.token(SickDevice::refreshed_again));
}

// Records of another borrower, environment and origin, byte for byte, under this session's names.
TEST_F(SickPlace, AnotherSessionsRecord) {
    World world;
    for (const std::string other : {"borrower", "environment", "origin"}) {
        SessionConfig config = device_.config_in(world);
        std::string borrower = "borrower-1";
        if (other == "borrower") borrower = "borrower-2";
        if (other == "environment") config.settings.environment = Environment::live;
        if (other == "origin") config.settings.platform_url = "https://other.example.com";
        const RecordKey theirs = record_key(config.settings, borrower);
        ASSERT_NE(theirs.name, device_.key.name);
        const auto session = world.open(config, borrower);
        std::string json = world.platform->flat(borrower);
        if (other == "environment") {
            for (std::size_t at; (at = json.find("_test_")) != std::string::npos;)
                json.replace(at, 6, "_live_");
        }
        const OutcomeRef adopting = world.adopt(*session, json);
        world.settle();
        ASSERT_EQ(adopting->code(), Code::ok) << other;
        const Slots foreign{read_file(device_.files.path(theirs, ".a")),
                            read_file(device_.files.path(theirs, ".b"))};
        device_.clear_quarantine();
        device_.put(foreign);
        expect_sick(device_.look(), Code::storage_corrupt, other);
        ASSERT_TRUE(device_.keeps(foreign.a) && device_.keeps(foreign.b));
        device_.clear_quarantine();
        device_.put({foreign.a, whole_.b});
        expect_active(other);
        device_.put({whole_.a, foreign.b});
        expect_active(other);
        ASSERT_TRUE(read_file(device_.files.path(theirs, ".a")) == foreign.a);
    }
}

TEST_F(SickPlace, ANewerFormat) {
    device_.files.make_newer(device_.key);
    const Slots newer = device_.found();
    expect_sick(device_.look(), Code::storage_newer_format, "newer");
    World world;
    device_.in_process(world, 'k', [&](Session& session) {
        const OutcomeRef adopting = world.adopt(session, world.platform->flat("borrower-1"));
        const OutcomeRef ending = world.end(session);
        world.settle();
        EXPECT_NE(adopting->code(), Code::ok);
        EXPECT_EQ(ending->code(), Code::storage_newer_format);
    });
    EXPECT_TRUE(device_.found() == newer);
    EXPECT_EQ(device_.files.quarantined(device_.key), 0u);
}

}  // namespace
}  // namespace credit::test

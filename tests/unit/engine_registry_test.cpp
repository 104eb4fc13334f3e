// R10: one session of a borrower in a process; and the engine's own thread.
#include <condition_variable>
#include <thread>

#include "core/engine/registry.h"
#include "platform/posix/condvar_poller.h"
#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

// Sessions of the process's engine: a real thread, still no real clock and no network.
class EngineRegistry : public ::testing::Test {
  protected:
    EngineRegistry() { install_poller(std::make_shared<CondvarPoller>()); }

    SessionConfig config() {
        SessionConfig out;
        out.settings.platform_url = "https://platform.example.com";
        out.settings.storage_identity =
            "registry-" + std::to_string(reinterpret_cast<std::uintptr_t>(this));
        out.settings.fingerprint = "one";
        out.ports.store = store;
        out.ports.transport = std::make_shared<FakeTransport>();
        out.ports.clock = clock;
        out.ports.entropy = std::make_shared<CountingEntropy>(7);
        out.ports.tls = std::make_shared<const TlsSettings>();
        return out;
    }
    std::shared_ptr<Session> open(const SessionConfig& wanted,
                                  const std::string& borrower = "borrower-1") {
        auto opened = Session::open(wanted, borrower);
        EXPECT_TRUE(opened.ok()) << opened.error().message;
        return opened.ok() ? opened.value() : nullptr;
    }
    Code adopt(Session& session) {
        FakePlatform platform(clock);
        SecretBuffer json;
        json.append(platform.flat("borrower-1"));
        return wait([&](DoneCallback done) {
            return session.adopt_json(std::move(json), true, std::move(done)).ok();
        });
    }
    template <class Begin>
    Code wait(Begin begin) {
        struct Latch {
            std::mutex mutex;
            std::condition_variable came;
            std::optional<Code> code;
        };
        auto latch = std::make_shared<Latch>();
        const bool begun = begin([latch](const Error* error) {
            const std::lock_guard<std::mutex> hold(latch->mutex);
            latch->code = error != nullptr ? error->code : Code::ok;
            latch->came.notify_all();
        });
        EXPECT_TRUE(begun);
        std::unique_lock<std::mutex> hold(latch->mutex);
        EXPECT_TRUE(latch->came.wait_for(hold, std::chrono::seconds(20),
                                         [&] { return latch->code.has_value(); }));
        return latch->code.value_or(Code::internal);
    }
    Code close(Session& session) {
        return wait([&](DoneCallback done) { return session.close(std::move(done)).ok(); });
    }

    std::shared_ptr<ManualClock> clock =
        std::make_shared<ManualClock>(Now{{1'780'000'000'000}, {5'000'000}, {77}});
    std::shared_ptr<MemoryDisk> disk = std::make_shared<MemoryDisk>();
    std::shared_ptr<SecureStore> store = std::make_shared<MemoryStore>(disk);
};

TEST_F(EngineRegistry, R10_OpeningTwiceGivesTheSameSession) {
    const auto first = open(config());
    const auto second = open(config());
    EXPECT_EQ(first.get(), second.get());
    EXPECT_NE(open(config(), "borrower-2").get(), first.get());
    SessionConfig elsewhere = config();
    elsewhere.settings.storage_identity += "-other-place";
    EXPECT_NE(open(elsewhere).get(), first.get());
    EXPECT_EQ(close(*first), Code::ok);
}

TEST_F(EngineRegistry, R10_AnotherConfigurationIsATypedError) {
    const auto first = open(config());
    SessionConfig other = config();
    other.settings.fingerprint = "two";
    const auto refused = Session::open(other, "borrower-1");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::config_conflict);
    EXPECT_EQ(close(*first), Code::ok);
    EXPECT_NE(open(other), nullptr) << "closed: any configuration may open it";
}

TEST_F(EngineRegistry, R10_WhatWasClosedOrEndedIsOpenedAnewAtOnce) {
    const auto first = open(config());
    EXPECT_EQ(adopt(*first), Code::ok);
    ASSERT_TRUE(first->close(nullptr).ok());
    const auto second = open(config());  // before the engine has heard of the closing
    EXPECT_NE(second.get(), first.get());
    const Code token = wait([&](DoneCallback done) {
        return second
            ->get_token(0, 0,
                        [done](const TokenRef&, TokenSource, const Error* error) { done(error); })
            .ok();
    });
    EXPECT_EQ(token, Code::ok);
    ASSERT_TRUE(second->end(nullptr).ok());
    const auto third = open(config());
    EXPECT_NE(third.get(), second.get());
    EXPECT_EQ(adopt(*third), Code::ok) << "the new handle is not spent";
    EXPECT_EQ(close(*third), Code::ok);
}

TEST_F(EngineRegistry, AWrongBorrowerIsRefused) {
    for (const std::string wrong : {"", " b", "b ", "a\nb", "sk_test_abcdefghijkl"}) {
        const auto refused = Session::open(config(), wrong);
        ASSERT_FALSE(refused.ok());
        EXPECT_EQ(refused.error().code, Code::invalid_borrower);
    }
}

TEST_F(EngineRegistry, ErasingIsForClosedSessions) {
    const auto session = open(config());
    EXPECT_EQ(adopt(*session), Code::ok);
    const Status refused = erase_storage(config(), "borrower-1", [](const Error*) { FAIL(); });
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::config_conflict);
    EXPECT_FALSE(erase_storage(config(), " b", [](const Error*) { FAIL(); }).ok());
    EXPECT_EQ(close(*session), Code::ok);
    EXPECT_EQ(disk->image().size(), 1u);
    EXPECT_EQ(wait([&](DoneCallback done) {
                  return erase_storage(config(), "borrower-1", std::move(done)).ok();
              }),
              Code::ok);
    EXPECT_TRUE(disk->image().empty());
    disk->answer_next(MemoryDisk::Operation::erase, StoreAnswer::denied);
    EXPECT_EQ(wait([&](DoneCallback done) {
                  return erase_storage(config(), "borrower-1", std::move(done)).ok();
              }),
              Code::storage_denied);
    disk->answer_next(MemoryDisk::Operation::lock, StoreAnswer::locked);
    EXPECT_EQ(wait([&](DoneCallback done) {
                  return erase_storage(config(), "borrower-1", std::move(done)).ok();
              }),
              Code::storage_locked);
}

TEST_F(EngineRegistry, R36_ErasingOutlivesAStoreThatFailsACheck) {
    auto hooked = std::make_shared<HookedStore>(store);
    hooked->hook().before = [](const std::string& now) {
        if (now == "erase") check_failed("a store's check", __FILE__, __LINE__);
    };
    SessionConfig broken = config();
    broken.ports.store = hooked;
    EXPECT_EQ(wait([&](DoneCallback done) {
                  return erase_storage(broken, "borrower-1", std::move(done)).ok();
              }),
              Code::internal);
    EXPECT_EQ(hooked->hook().calls["unlock"], 1);
}

TEST_F(EngineRegistry, ManyThreadsOpenAndLetGo) {
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                auto opened = Session::open(config(), "borrower-" + std::to_string((t + i) % 3));
                if (!opened.ok()) ++failures;
                if (opened.ok() && i % 7 == 0) (void)opened.value()->close(nullptr);
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(failures, 0);
}

}  // namespace
}  // namespace credit::test

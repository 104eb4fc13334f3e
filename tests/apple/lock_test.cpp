// The commit lock is held for a moment only, and only while the system grants time: suspended with it, the app is killed (R8).
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/base/check.h"
#include "tests/apple/keychain_world.h"

namespace credit::test {
namespace {

// Time as a test grants it.
class Grants {
  public:
    Activity activity() { return {this, &begin, &end}; }
    // The system's time is over, on the calling thread.
    void expire() {
        if (expired_ != nullptr) std::exchange(expired_, nullptr)(argument_);
    }
    bool refuse = false;
    bool expire_at_once = false;
    std::atomic<int> open = 0;
    int begun = 0;

  private:
    static std::uint64_t begin(void* context, void (*expired)(void*), void* argument) {
        auto& self = *static_cast<Grants*>(context);
        if (self.refuse) return 0;
        self.expired_ = expired;
        self.argument_ = argument;
        ++self.open;
        ++self.begun;
        if (self.expire_at_once) self.expire();
        return static_cast<std::uint64_t>(self.begun);
    }
    static void end(void* context, std::uint64_t handle) {
        auto& self = *static_cast<Grants*>(context);
        EXPECT_NE(handle, 0u);
        self.expired_ = nullptr;
        --self.open;
    }
    void (*expired_)(void*) = nullptr;
    void* argument_ = nullptr;
};

class Suspension : public testing::Test {
  protected:
    ~Suspension() override { EXPECT_EQ(grants_.open, 0); }
    Grants grants_;
    KeychainWorld world_;
    const RecordKey key_ = key_of('a');
    const std::unique_ptr<SecureStore> store_ =
        world_.start(world_.container(), kGroup, grants_.activity());
    std::unique_ptr<RecordStore> record_ = store_->open_record(key_);
};

TEST_F(Suspension, TheLockLiesWithinAnAssertion) {
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    EXPECT_EQ(grants_.open, 1);
    record_->unlock();
    EXPECT_EQ(grants_.open, 0);
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    record_.reset();
    EXPECT_EQ(grants_.open, 0);
}

TEST_F(Suspension, WithoutTimeThereIsNoLockAndNoWrite) {
    grants_.refuse = true;
    EXPECT_EQ(record_->lock().answer, StoreAnswer::transient);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::transient);
    EXPECT_TRUE(world_.device.items().empty());
    grants_.refuse = false;
    EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    grants_.refuse = true;
    EXPECT_EQ(load(*record_).body, "one");  // reading takes none
}

TEST_F(Suspension, ALockThatTheSystemTakesBackIsFreeForOthers) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    grants_.expire();
    const auto extension = world_.start_process()->open_record(key_);
    EXPECT_EQ(write(*extension, header_of(key_, 2), "by the extension"), StoreAnswer::done);
    // Thawed hours later, we go on where we were: nothing is written blindly.
    const auto before = world_.device.items();
    const StoreResult late = record_->replace(header_of(key_, 3), body_of("too late"), true);
    EXPECT_EQ(late.answer, StoreAnswer::transient);
    EXPECT_NE(late.detail.find("suspended"), std::string::npos);
    EXPECT_EQ(world_.device.items(), before);
    record_->unlock();
    EXPECT_EQ(write(*record_, header_of(key_, 3), "three"), StoreAnswer::done);
}

TEST_F(Suspension, TimeThatIsOverAtOnceGivesNoLock) {
    grants_.expire_at_once = true;
    EXPECT_EQ(record_->lock().answer, StoreAnswer::transient);
    EXPECT_EQ(grants_.open, 0);
}

TEST_F(Suspension, LettingGoWaitsForAWriteThatIsUnderWay) {
    ASSERT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    ASSERT_EQ(record_->lock().answer, StoreAnswer::done);
    std::atomic<bool> let_go = false;
    std::thread system;
    std::vector<bool> seen;
    world_.device.before = [&](KeychainCall call) {
        if (call != KeychainCall::update) return;
        if (!system.joinable()) {
            system = std::thread([&] {
                grants_.expire();
                let_go = true;
            });
        }
        seen.push_back(let_go);
    };
    const StoreResult written = record_->replace(header_of(key_, 2), body_of("two"), true);
    world_.device.before = nullptr;
    EXPECT_EQ(written.answer, StoreAnswer::done);
    EXPECT_EQ(seen, (std::vector<bool>{false, false}));
    system.join();
    EXPECT_TRUE(let_go);
    EXPECT_EQ(load(*record_).body, "two");
    record_->unlock();
}

TEST_F(Suspension, EveryWayOutGivesTheTimeBack) {
    EXPECT_EQ(write(*record_, header_of(key_, 1), "one"), StoreAnswer::done);
    EXPECT_EQ(record_->erase_quarantine().answer, StoreAnswer::done);
    world_.damage(key_, 0);
    EXPECT_EQ(load(*record_).answer, StoreAnswer::corrupt);
    world_.device.fail(KeychainCall::update, -36, 1);
    EXPECT_EQ(write(*record_, header_of(key_, 2), "two"), StoreAnswer::transient);
    EXPECT_EQ(record_->erase().answer, StoreAnswer::done);
    const auto holder = world_.start_process()->open_record(key_);
    ASSERT_EQ(holder->lock().answer, StoreAnswer::done);
    EXPECT_EQ(record_->lock().answer, StoreAnswer::transient);
    EXPECT_EQ(grants_.open, 0);
    EXPECT_GT(grants_.begun, 6);
}

// A lock that would show whether its owner lives must not be held while suspended: leases lapse, nobody is called gone.
TEST_F(Suspension, OwnersAreNeverCalledGone) {
    std::uint64_t theirs = 0;
    {
        const auto other = world_.start_process();
        theirs = other->open_record(key_)->owner_id();
    }
    EXPECT_NE(theirs, 0u);
    EXPECT_LE(theirs, std::uint64_t{INT64_MAX});
    EXPECT_NE(theirs, record_->owner_id());
    EXPECT_FALSE(record_->owner_gone(theirs));
}

}  // namespace
}  // namespace credit::test

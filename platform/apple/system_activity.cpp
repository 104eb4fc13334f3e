#include <objc/message.h>
#include <objc/runtime.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

#include "platform/apple/activity.h"
#include "platform/apple/cf_ref.h"

namespace credit {
namespace {

// performExpiringActivity runs its block on a thread of its own and holds the process up while the block runs. It runs it once
// with "expired" when it grants nothing, and a second time with "expired", beside the first, when the time is over.
class Grant {
  public:
    Grant(void (*expired)(void*), void* argument) : expired_(expired), argument_(argument) {}

    // What the block does.
    void run(bool expired) {
        std::unique_lock<std::mutex> hold(mutex_);
        if (expired) return expire(hold);
        if (stage_ != Stage::asked) return;  // we did not wait for the answer any more
        stage_ = Stage::granted;
        changed_.notify_all();
        changed_.wait(hold, [this] { return stage_ == Stage::over; });
    }

    bool await_answer() {
        // The system answers within a millisecond; one that has no thread left for the block will not help us either.
        constexpr std::chrono::seconds kPatience{1};
        std::unique_lock<std::mutex> hold(mutex_);
        changed_.wait_for(hold, kPatience, [this] { return stage_ != Stage::asked; });
        if (stage_ == Stage::asked) stage_ = Stage::over;
        return stage_ == Stage::granted;
    }

    void finish() {
        std::unique_lock<std::mutex> hold(mutex_);
        stage_ = Stage::over;
        changed_.notify_all();
        if (caller_ == std::this_thread::get_id()) return;  // from inside the callback
        changed_.wait(hold, [this] { return caller_ == std::thread::id(); });
    }

  private:
    enum class Stage { asked, granted, over };

    void expire(std::unique_lock<std::mutex>& hold) {
        if (stage_ == Stage::granted) {
            caller_ = std::this_thread::get_id();
            hold.unlock();
            expired_(argument_);
            hold.lock();
            caller_ = std::thread::id();
        }
        stage_ = Stage::over;
        changed_.notify_all();
    }

    void (*const expired_)(void*);
    void* const argument_;
    std::mutex mutex_;
    std::condition_variable changed_;
    Stage stage_ = Stage::asked;
    std::thread::id caller_;  // of the callback, while it runs
};

using GrantRef = std::shared_ptr<Grant>;
using Block = void (^)(BOOL expired);

id process_info() noexcept {
    const Class owner = objc_getClass("NSProcessInfo");
    if (owner == nullptr) return nullptr;
    const auto send = reinterpret_cast<id (*)(Class, SEL)>(&objc_msgSend);
    return send(owner, sel_registerName("processInfo"));
}

SEL perform_selector() noexcept {
    return sel_registerName("performExpiringActivityWithReason:usingBlock:");
}

bool is_suspendable(id info) noexcept {
    return info != nullptr &&
           class_respondsToSelector(object_getClass(info), perform_selector()) != NO;
}

std::uint64_t begin_expiring(void*, void (*expired)(void*), void* argument) {
    const id info = process_info();
    const auto grant = std::make_shared<Grant>(expired, argument);
    const Block block = ^(BOOL over) {
      const GrantRef kept = grant;  // the block may outlive everything else
      kept->run(over != NO);
    };
    // NSString and CFString are one and the same object.
    const auto send = reinterpret_cast<void (*)(id, SEL, CFStringRef, Block)>(&objc_msgSend);
    const CFRef<CFStringRef> reason = cf_string("keeping the session");
    if (!reason) return 0;
    send(info, perform_selector(), reason.get(), block);
    if (!grant->await_answer()) return 0;
    return reinterpret_cast<std::uintptr_t>(new GrantRef(grant));
}

void end_expiring(void*, std::uint64_t handle) {
    const std::unique_ptr<GrantRef> grant(
        reinterpret_cast<GrantRef*>(static_cast<std::uintptr_t>(handle)));
    if (grant != nullptr) (*grant)->finish();
}

std::uint64_t begin_endless(void*, void (*)(void*), void*) {
    return 1;
}

void end_endless(void*, std::uint64_t) {}

}  // namespace

Activity endless_activity() noexcept {
    return {nullptr, &begin_endless, &end_endless};
}

Activity system_activity() noexcept {
    if (!is_suspendable(process_info())) return endless_activity();
    return {nullptr, &begin_expiring, &end_expiring};
}

}  // namespace credit

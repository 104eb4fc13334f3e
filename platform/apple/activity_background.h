// The background assertion around a rotation (R22). All sessions of the process share one: the system counts assertions and
// gives each a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "core/ports/background.h"
#include "platform/apple/activity.h"

namespace credit {

class ActivityBackground : public Background {
  public:
    explicit ActivityBackground(const Activity& activity) : activity_(activity) {}
    ~ActivityBackground() override;
    ActivityBackground(const ActivityBackground&) = delete;
    ActivityBackground& operator=(const ActivityBackground&) = delete;

    std::uint64_t begin() noexcept override;
    void end(std::uint64_t handle) noexcept override;

  private:
    // One assertion of the system, shared by those who began while it ran.
    struct Round {
        std::uint64_t assertion = 0;
        std::uint64_t users = 0;
    };
    static void on_expiry(void* self);
    void drop(std::uint64_t assertion) noexcept;

    const Activity activity_;
    std::mutex asking_;  // one question to the system at a time; the answer may take a moment
    std::mutex mutex_;
    Round now_;
    // Grows with every expiry: handles name their round, so a late end() of an expired round takes nothing from the next one.
    std::uint64_t round_ = 1;
};

}  // namespace credit

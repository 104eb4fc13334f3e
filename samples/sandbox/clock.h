#pragma once

#include <atomic>
#include <cstdint>

#include "server_kit/iso_time.h"

namespace credit::sandbox {

// The sandbox's own time: the real clock plus what the admin API added.
class Clock {
  public:
    std::int64_t now_ms() const { return kit::real_now_ms() + offset_ms_.load(); }
    std::int64_t offset_ms() const { return offset_ms_.load(); }
    void set_offset_ms(std::int64_t offset) { offset_ms_.store(offset); }
    void advance_ms(std::int64_t by) { offset_ms_.fetch_add(by); }

  private:
    std::atomic<std::int64_t> offset_ms_{0};
};

}  // namespace credit::sandbox

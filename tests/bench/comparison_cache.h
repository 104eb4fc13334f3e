// A token cache as widely used SDKs write it: one mutex around a look at the clock and a reference to counted credentials.
#pragma once

#include <time.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace credit::bench {

inline std::int64_t boot_time_ms() noexcept {
    timespec at{};
    clock_gettime(CLOCK_BOOTTIME, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

struct Credentials {
    std::string token;
    std::int64_t ends_ms = 0;
};

class ComparisonCache {
  public:
    using Ref = std::shared_ptr<const Credentials>;

    void set(Ref fresh) {
        const std::lock_guard<std::mutex> hold(mutex_);
        current_.swap(fresh);
    }
    // Null: nothing that is good.
    Ref get() {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (current_ == nullptr || boot_time_ms() >= current_->ends_ms) return nullptr;
        return current_;
    }
    bool copy(char* buffer, std::size_t capacity, std::size_t& size) {
        const Ref taken = get();
        if (taken == nullptr || taken->token.size() >= capacity) return false;
        size = taken->token.size();
        std::memcpy(buffer, taken->token.c_str(), size + 1);
        return true;
    }

  private:
    std::mutex mutex_;
    Ref current_;
};

}  // namespace credit::bench

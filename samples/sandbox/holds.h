#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace credit::sandbox {

// Where requests wait until they are let go, and where delays are slept, so that the end of the
// program can wake both.
class Holds {
  public:
    void wait();
    void sleep(std::chrono::milliseconds time);
    int held() const;

    // Lets all go that wait now; who comes later waits again.
    int release();

    // Lets all go, for good.
    void stop();

  private:
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::uint64_t round_ = 0;
    int held_ = 0;
    bool stopped_ = false;
};

}  // namespace credit::sandbox

#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>

namespace credit::sandbox {

// The requests whose reply is not written yet, told apart by address.
class RequestsUnderWay {
  public:
    void begin(const void* request) {
        const std::lock_guard lock(mutex_);
        requests_.insert(request);
    }

    void end(const void* request) {
        const std::lock_guard lock(mutex_);
        requests_.erase(request);
        ended_.notify_all();
    }

    // Returns when there are none, or when the patience is at its end.
    void wait(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        ended_.wait_for(lock, patience, [this] { return requests_.empty(); });
    }

  private:
    std::mutex mutex_;
    std::condition_variable ended_;
    std::set<const void*> requests_;
};

}  // namespace credit::sandbox

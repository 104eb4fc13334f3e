#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace credit::partner {

// One thread for what a server does by itself after its start: it repeats a chore, waiting longer
// each time (1 s to 1 min), until the chore says that it is done.
class Chores {
  public:
    explicit Chores(std::vector<std::function<bool()>> chores);
    Chores(const Chores&) = delete;
    Chores& operator=(const Chores&) = delete;
    // Waits for a chore under way.
    ~Chores();

  private:
    void run();

    std::mutex mutex_;
    std::condition_variable stopping_;
    bool stop_ = false;
    std::vector<std::function<bool()>> chores_;
    std::thread thread_;
};

}  // namespace credit::partner

// Runs what may block: stores, key sources, providers' upcalls (DESIGN 1, "Threads"). Jobs run one after the other.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace credit {

// Called first on every thread the engine starts; set once by the composition root (signal masks are a platform's affair).
void set_thread_start_hook(void (*hook)()) noexcept;
void run_thread_start_hook() noexcept;

class Executor {
  public:
    using Job = std::function<void()>;
    virtual ~Executor() = default;
    virtual void run(Job job) = 0;
};

// One thread, started on demand and ended after a few idle seconds. Never joined: it holds what it needs.
class StorageThread : public Executor {
  public:
    StorageThread() : shared_(std::make_shared<Shared>()) {}
    void run(Job job) override;

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable more;
        std::deque<Job> jobs;
        bool running = false;
    };
    static void work(const std::shared_ptr<Shared>& shared);
    std::shared_ptr<Shared> shared_;
};

}  // namespace credit

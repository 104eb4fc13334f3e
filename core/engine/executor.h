// Runs what may block: stores, key sources, providers' upcalls (DESIGN 1, "Threads"). Jobs run one after the other.
#pragma once

#include <condition_variable>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace credit {

// Called first on every thread the engine starts; set once by the composition root (signal masks are a platform's affair).
void set_thread_start_hook(void (*hook)()) noexcept;
void run_thread_start_hook() noexcept;

class Executor {
  public:
    using Job = std::function<void()>;
    using Jobs =
        std::list<Job>;  // of one: its memory is taken when it is made, not when it is handed over
    virtual ~Executor() = default;
    // Takes the jobs over. While somebody holds the executor this needs no memory (R22).
    virtual void take(Jobs jobs) = 0;
    virtual void hold() {}
    virtual void release() {}

    void run(Job job) {
        Jobs one;
        one.push_back(std::move(job));
        take(std::move(one));
    }

    class Hold {
      public:
        // Throws std::bad_alloc when there is no thread to be had. Keeps the executor: what holds it may outlive an engine.
        explicit Hold(std::shared_ptr<Executor> executor) : executor_(std::move(executor)) {
            executor_->hold();
        }
        ~Hold() { executor_->release(); }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;

      private:
        std::shared_ptr<Executor> executor_;
    };
};

// One thread, started on demand and ended after a few idle seconds. Never joined: it holds what it needs.
class StorageThread : public Executor {
  public:
    StorageThread() : shared_(std::make_shared<Shared>()) {}
    void take(Jobs jobs) override;
    void hold() override;
    void release() override;

  private:
    struct Shared {
        std::mutex mutex;
        std::condition_variable more;
        Jobs jobs;
        bool running = false;
        int holders = 0;  // while there are some the thread stays
    };
    void start_locked();
    static void work(const std::shared_ptr<Shared>& shared);
    std::shared_ptr<Shared> shared_;
};

}  // namespace credit

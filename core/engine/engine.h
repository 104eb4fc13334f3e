// The engine thread (DESIGN 1, "Threads"): mailbox, timers, poller. One per process, started on demand, ended when no
// session is open. Never joined.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "core/engine/executor.h"
#include "core/http/retry_budget.h"
#include "core/ports/transport.h"

namespace credit {

// Something that lives on the engine thread and wants to be called at times.
class Timed {
  public:
    virtual ~Timed() = default;
    virtual Millis until_due() noexcept = 0;  // may be negative; a large value: never
    virtual void on_due() = 0;
    virtual bool poked() noexcept { return false; }  // set by a thread that cannot post
};

class Engine {
  public:
    using Task = std::function<void()>;
    using Tasks = std::list<Task>;

    Engine(std::shared_ptr<Poller> poller, std::shared_ptr<Executor> storage);

    // The process's engine; lives for ever.
    static Engine& shared();
    // Before the first session; later calls are ignored.
    static void install_poller(std::shared_ptr<Poller> poller);

    // Any thread. The task runs on the engine thread, never inside post().
    void post(Task task);
    // The same without allocating, as long as the engine has a session: for tasks made beforehand (R22).
    void take(Tasks tasks);
    // Any thread, no allocation: makes the engine look at poked().
    void wake() { poller_->wake(); }
    Executor& storage() { return *storage_; }
    std::shared_ptr<Executor> shared_storage() const { return storage_; }
    RetryBudget& budget() { return budget_; }

    // Engine thread only.
    void add(const std::shared_ptr<Timed>& timed);
    void remove(const std::shared_ptr<Timed>& timed);

    // One round: tasks, timers, at most `longest` of waiting. True when nothing is left to live for. For the thread and
    // for simulations, which have no thread.
    bool run_once(Millis longest);
    static constexpr Millis kForever = hours(1);

  private:
    void start_thread_locked();
    void run();
    void run_tasks();
    bool has_tasks();
    Millis run_timers();

    std::shared_ptr<Poller> poller_;
    std::shared_ptr<Executor> storage_;
    RetryBudget budget_;
    std::mutex mutex_;
    Tasks mailbox_;
    bool threaded_ = false;
    bool running_ = false;
    std::set<std::shared_ptr<Timed>> timed_;
    std::vector<std::shared_ptr<Timed>> round_;  // those of the round under way
};

}  // namespace credit

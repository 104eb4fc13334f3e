#include "core/engine/engine.h"

#include <new>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/check.h"

namespace credit {
namespace {

std::mutex& poller_mutex() {
    static std::mutex* const mutex = new std::mutex;
    return *mutex;
}

std::shared_ptr<Poller>& installed_poller() {
    static std::shared_ptr<Poller>* const poller = new std::shared_ptr<Poller>;
    return *poller;
}

}  // namespace

Engine::Engine(std::shared_ptr<Poller> poller, std::shared_ptr<Executor> storage)
    : poller_(std::move(poller)), storage_(std::move(storage)) {
    CREDIT_CHECK(poller_ != nullptr && storage_ != nullptr);
}

void Engine::install_poller(std::shared_ptr<Poller> poller) {
    const std::lock_guard<std::mutex> hold(poller_mutex());
    if (installed_poller() == nullptr) installed_poller() = std::move(poller);
}

Engine& Engine::shared() {
    const std::lock_guard<std::mutex> hold(poller_mutex());
    // Leaked on purpose: threads may outlive static destructors.
    static Engine* const engine = [] {
        auto* made = new Engine(installed_poller(), std::make_shared<StorageThread>());
        made->threaded_ = true;
        return made;
    }();
    return *engine;
}

void Engine::post(Task task) {
    Tasks one;
    one.push_back(std::move(task));
    take(std::move(one));
}

void Engine::take(Tasks tasks) {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        try {
            if (threaded_ && !running_) start_thread_locked();
        } catch (const std::system_error&) {  // no thread to be had: the task was not taken on
            throw std::bad_alloc();
        }
        mailbox_.splice(mailbox_.end(), tasks);
    }
    poller_->wake();
}

void Engine::start_thread_locked() {
    std::thread([this] {
        run_thread_start_hook();
        run();
    }).detach();
    running_ = true;  // seen by the new thread: it takes the mutex first
}

void Engine::run() {
    while (true) {
        const bool done = run_once(kForever);
        if (!done) continue;
        const std::lock_guard<std::mutex> hold(mutex_);
        if (!mailbox_.empty()) continue;
        running_ = false;  // the next post starts a new thread
        return;
    }
}

bool Engine::run_once(Millis longest) {
    run_tasks();
    const Millis next = run_timers();
    if (has_tasks()) return false;
    if (timed_.empty()) {
        // What closing cancelled is delivered, so that nothing holds a closed session's secrets (R39).
        poller_->wait(Millis{0});
        return !has_tasks();
    }
    if (longest.count > 0) poller_->wait(min(longest, max(next, Millis{0})));
    return false;
}

bool Engine::has_tasks() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return !mailbox_.empty();
}

void Engine::run_tasks() {
    Tasks tasks;
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        tasks.swap(mailbox_);
    }
    for (Task& task : tasks) {
        task();
        task = nullptr;
    }
}

Millis Engine::run_timers() {
    Millis next = kForever;
    round_.assign(timed_.begin(), timed_.end());
    // By index: what is called may add others.
    for (std::size_t i = 0; i < round_.size(); ++i) {
        const std::shared_ptr<Timed> timed = std::move(round_[i]);
        if (timed->poked() || timed->until_due().count <= 0) timed->on_due();
        next = min(next, timed->until_due());
    }
    round_.clear();
    return next;
}

void Engine::add(const std::shared_ptr<Timed>& timed) {
    timed_.insert(timed);
    round_.reserve(
        timed_.size());  // so that a round needs no memory: nobody could be told that there is none
}
void Engine::remove(const std::shared_ptr<Timed>& timed) {
    timed_.erase(timed);
}

}  // namespace credit

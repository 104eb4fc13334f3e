#include "core/engine/executor.h"

#include <atomic>
#include <chrono>
#include <new>
#include <system_error>
#include <thread>
#include <utility>

namespace credit {
namespace {

std::atomic<void (*)()> thread_start_hook{nullptr};

}  // namespace

void set_thread_start_hook(void (*hook)()) noexcept {
    thread_start_hook.store(hook);
}

void run_thread_start_hook() noexcept {
    if (auto* hook = thread_start_hook.load()) hook();
}

void StorageThread::take(Jobs jobs) {
    const std::lock_guard<std::mutex> hold(shared_->mutex);
    if (jobs.empty()) return;
    start_locked();
    shared_->jobs.splice(shared_->jobs.end(), jobs);
    shared_->more.notify_one();
}

void StorageThread::hold() {
    const std::lock_guard<std::mutex> hold(shared_->mutex);
    start_locked();
    ++shared_->holders;
}

void StorageThread::release() {
    const std::lock_guard<std::mutex> hold(shared_->mutex);
    --shared_->holders;
}

void StorageThread::start_locked() {
    if (shared_->running) return;
    try {
        std::thread([shared = shared_] {
            run_thread_start_hook();
            work(shared);
        }).detach();
    } catch (const std::system_error&) {  // no thread to be had: nothing was taken on
        throw std::bad_alloc();
    }
    shared_->running = true;
}

void StorageThread::work(const std::shared_ptr<Shared>& shared) {
    constexpr std::chrono::seconds kIdle{5};
    std::unique_lock<std::mutex> hold(shared->mutex);
    while (true) {
        const bool more = shared->more.wait_for(hold, kIdle, [&] { return !shared->jobs.empty(); });
        if (!more && shared->holders != 0) continue;
        if (!more) {
            shared->running = false;
            return;
        }
        Jobs one;
        one.splice(one.end(), shared->jobs, shared->jobs.begin());
        hold.unlock();
        one.front()();
        one.clear();  // what it holds is let go before the lock is taken
        hold.lock();
    }
}

}  // namespace credit

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

void StorageThread::run(Job job) {
    const std::lock_guard<std::mutex> hold(shared_->mutex);
    shared_->jobs.push_back(std::move(job));
    if (shared_->running) {
        shared_->more.notify_one();
        return;
    }
    try {
        std::thread([shared = shared_] {
            run_thread_start_hook();
            work(shared);
        }).detach();
    } catch (const std::system_error&) {  // no thread to be had: the job was not taken on
        shared_->jobs.pop_back();
        throw std::bad_alloc();
    }
    shared_->running = true;
}

void StorageThread::work(const std::shared_ptr<Shared>& shared) {
    constexpr std::chrono::seconds kIdle{5};
    std::unique_lock<std::mutex> hold(shared->mutex);
    while (true) {
        const bool more = shared->more.wait_for(hold, kIdle, [&] { return !shared->jobs.empty(); });
        if (!more) {
            shared->running = false;
            return;
        }
        Job job = std::move(shared->jobs.front());
        shared->jobs.pop_front();
        hold.unlock();
        job();
        job = nullptr;  // what it holds is let go before the lock is taken
        hold.lock();
    }
}

}  // namespace credit

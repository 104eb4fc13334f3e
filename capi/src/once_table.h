// Calls that somebody outside has to answer exactly once. What the app holds is a number that is
// never used again, dressed as a pointer: a second answer, or one long after the end, finds nothing
// and touches no memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "core/base/check.h"

namespace credit::capi {

template <class Handle, class Call>
class OnceTable {
  public:
    // Never destroyed: an app may answer while the process exits.
    static OnceTable& instance() {
        static OnceTable* const table = new OnceTable;
        return *table;
    }

    Handle* open(std::unique_ptr<Call> call) {
        const std::lock_guard<std::mutex> hold(mutex_);
        CREDIT_CHECK(next_ <= UINTPTR_MAX - kStep);  // only a 32-bit process could ever get there
        next_ += kStep;
        open_.emplace(next_, std::move(call));
        return reinterpret_cast<Handle*>(next_);
    }

    // Ends the call; null when it was answered before or never was one.
    std::unique_ptr<Call> take(const Handle* handle) {
        const std::lock_guard<std::mutex> hold(mutex_);
        const auto at = open_.find(reinterpret_cast<std::uintptr_t>(handle));
        if (at == open_.end()) {
            ignored_.fetch_add(1, std::memory_order_relaxed);
            return nullptr;
        }
        std::unique_ptr<Call> call = std::move(at->second);
        open_.erase(at);
        return call;
    }

    // What `look` says of an open call, or `otherwise`. `look` runs under the lock: it must not
    // call out.
    template <class T, class Look>
    T look_at(const Handle* handle, T otherwise, Look look) {
        const std::lock_guard<std::mutex> hold(mutex_);
        const auto at = open_.find(reinterpret_cast<std::uintptr_t>(handle));
        return at == open_.end() ? otherwise : look(*at->second);
    }

    // Answers that came for nothing.
    std::uint64_t ignored() const noexcept { return ignored_.load(std::memory_order_relaxed); }

  private:
    static constexpr std::uintptr_t kStep =
        16;  // so that the numbers look aligned to whoever cares

    OnceTable() = default;
    std::mutex mutex_;
    std::uintptr_t next_ = 0;
    std::unordered_map<std::uintptr_t, std::unique_ptr<Call>> open_;
    std::atomic<std::uint64_t> ignored_{0};
};

}  // namespace credit::capi

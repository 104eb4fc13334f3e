// Counts the objects of the C API, for leak tests.
#pragma once

#include <atomic>
#include <cstdint>

namespace credit::capi {

// A member or base of everything an app can hold or owe: configurations, session references,
// tokens, responses, journeys, owned errors, exchanges, provider and partner auth calls,
// subscriptions.
class LiveObject {
  public:
    LiveObject() noexcept { count().fetch_add(1, std::memory_order_relaxed); }
    ~LiveObject() { count().fetch_sub(1, std::memory_order_relaxed); }
    LiveObject(const LiveObject&) = delete;
    LiveObject& operator=(const LiveObject&) = delete;

    static std::uint64_t alive() noexcept { return count().load(std::memory_order_relaxed); }

  private:
    static std::atomic<std::uint64_t>& count() noexcept {
        static constinit std::atomic<std::uint64_t> objects{0};
        return objects;
    }
};

}  // namespace credit::capi

// Time that the system grants before it suspends the process. A C interface, so that an app in any language, and a test, can
// bring its own.
#pragma once

#include <cstdint>

namespace credit {

struct Activity {
    void* context = nullptr;
    // Asks for time; returns a handle, or 0 when the system grants none now. `expired(argument)` is called at most once, from
    // any thread, when the time is nearly over: it must return within a second, and after it the process may be suspended.
    // May block for a moment. Any thread.
    std::uint64_t (*begin)(void* context, void (*expired)(void*), void* argument) = nullptr;
    // Gives the time back. When this returns, `expired` is neither running nor called any more (unless `end` is called from
    // inside it). Each handle once, also after it expired. Any thread.
    void (*end)(void* context, std::uint64_t handle) = nullptr;
};

// NSProcessInfo's performExpiringActivity, which apps and extensions have alike. On a Mac, where nobody is suspended, time
// without end.
Activity system_activity() noexcept;
// Time without end: for systems that do not suspend.
Activity endless_activity() noexcept;

}  // namespace credit

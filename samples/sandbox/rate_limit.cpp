#include "sandbox/rate_limit.h"

#include "sandbox/envelope.h"

namespace credit::sandbox {

namespace {

constexpr std::int64_t window_ms = 60'000;

struct Window {
    std::int64_t started_at_ms = 0;
    std::int64_t calls = 0;
};

Window counted(Work& work, const std::string& scope) {
    const std::int64_t now_ms = work.call.now_ms;
    Window window{now_ms, 0};
    auto query =
        work.database.prepare("SELECT started_at_ms, calls FROM call_windows WHERE scope = ?");
    if (query.bind(1, scope).step()) {
        const std::int64_t age_ms = now_ms - query.integer(0);
        // A clock that was put back starts a new window, too.
        if (age_ms >= 0 && age_ms < window_ms) window = {query.integer(0), query.integer(1)};
    }
    window.calls += 1;
    work.database
        .prepare(
            "INSERT OR REPLACE INTO call_windows (scope, started_at_ms, calls) VALUES (?, ?, ?)")
        .bind(1, scope)
        .bind(2, window.started_at_ms)
        .bind(3, window.calls)
        .run();
    return window;
}

}  // namespace

void count_call(Work& work, std::optional<std::string> (*scope_of)(Work&)) {
    const std::int64_t limit = work.settings.rate_limit_per_minute;
    if (limit == 0) return;
    const auto scope = scope_of(work);
    if (!scope) return;
    const Window window = counted(work, *scope);
    if (window.calls <= limit) return;
    const std::int64_t left_ms = window.started_at_ms + window_ms - work.call.now_ms;
    Refusal refusal{429, "RATE_LIMITED", "Too many calls; try again later.", true};
    refusal.retry_after_s = (left_ms + 999) / 1000;
    throw refusal;
}

}  // namespace credit::sandbox

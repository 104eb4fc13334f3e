#include "sandbox/journey_ticker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>

#include "sandbox/journey_moves.h"

namespace credit::sandbox {

namespace {

// Sleeping longer than that gains nothing.
constexpr std::int64_t longest_sleep_ms = 3'600'000;
constexpr std::int64_t after_a_failure_ms = 1'000;

}  // namespace

JourneyTicker::JourneyTicker(const std::string& environment, Store& store, const Clock& clock,
                             const LiveSettings& settings, JourneyEvents& events)
    : environment_(environment),
      store_(store),
      clock_(clock),
      settings_(settings),
      events_(events) {}

JourneyTicker::~JourneyTicker() {
    stop();
}

void JourneyTicker::start() {
    events_.after_commit([this] { poke(); });
    thread_ = std::thread([this] { run(); });
}

void JourneyTicker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_all();
    }
    if (thread_.joinable()) thread_.join();
}

void JourneyTicker::poke() {
    const std::lock_guard lock(mutex_);
    poked_ = true;
    changed_.notify_all();
}

void JourneyTicker::move_now() {
    tick();
    poke();
}

std::optional<std::int64_t> JourneyTicker::tick() {
    const Settings settings = settings_.get();
    std::optional<std::int64_t> next;
    const std::int64_t now_ms = clock_.now_ms();
    {
        const std::lock_guard lock(store_.mutex());
        kit::Database& database = store_.database();
        next = next_due_ms(database);
        if (next && *next <= now_ms && settings.journeys_move) {
            kit::Transaction transaction(database);
            move_due({database, settings, environment_, events_, now_ms});
            transaction.commit();
            next = next_due_ms(database);
        }
    }
    events_.committed();
    if (!next || !settings.journeys_move) return std::nullopt;
    return std::max<std::int64_t>(1, *next - now_ms);
}

void JourneyTicker::run() {
    for (;;) {
        std::optional<std::int64_t> wait_ms;
        try {
            wait_ms = tick();
        } catch (const std::exception& problem) {
            spdlog::error("journeys not moved: {}", problem.what());
            wait_ms = after_a_failure_ms;
        }
        std::unique_lock lock(mutex_);
        const auto wait = std::chrono::milliseconds(
            std::min(wait_ms.value_or(longest_sleep_ms), longest_sleep_ms));
        changed_.wait_for(lock, wait, [this] { return poked_ || stopped_; });
        poked_ = false;
        if (stopped_) return;
    }
}

}  // namespace credit::sandbox

#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sandbox/clock.h"
#include "sandbox/journey_events.h"
#include "sandbox/settings.h"
#include "sandbox/store.h"

namespace credit::sandbox {

// Moves journeys when their time has come, without anybody asking for them: on a thread of its own
// that sleeps until the next one is due.
class JourneyTicker {
  public:
    JourneyTicker(const std::string& environment, Store& store, const Clock& clock,
                  const LiveSettings& settings, JourneyEvents& events);
    JourneyTicker(const JourneyTicker&) = delete;
    JourneyTicker& operator=(const JourneyTicker&) = delete;
    ~JourneyTicker();

    // From here on time moves journeys.
    void start();
    void stop();

    // Everything that is due, done when it returns. For whoever changed the clock or the settings.
    // The caller does not hold the mutex of the store.
    void move_now();

    // What is due next may have changed.
    void poke();

  private:
    // Moves what is due; how long to wait for what comes next, nothing if nothing does.
    std::optional<std::int64_t> tick();
    void run();

    const std::string environment_;
    Store& store_;
    const Clock& clock_;
    const LiveSettings& settings_;
    JourneyEvents& events_;

    std::mutex mutex_;
    std::condition_variable changed_;
    bool poked_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace credit::sandbox

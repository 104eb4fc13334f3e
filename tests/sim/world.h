// One schedule as it runs: virtual time, the queue of what happens next, the device's clocks, and everybody in it.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "tests/sim/checks.h"
#include "tests/sim/disk.h"
#include "tests/sim/ledger.h"
#include "tests/sim/plan.h"
#include "tests/sim/rng.h"
#include "tests/sim/server.h"
#include "tests/sim/tally.h"
#include "tests/sim/trace.h"
#include "tests/sim/weather.h"

namespace credit::sim {

class Process;

// Thrown through the production code when a process is killed; nothing in it may catch this.
struct ProcessDied {};

struct Breach {
    bool found = false;
    std::string rule;
    std::string text;
    std::int64_t at = 0;
};

class World {
  public:
    World(const Plan& plan, Trace& trace, Tally& tally);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    void run();               // the whole schedule
    void run_days(int days);  // the device-days measurement instead (days.cpp)

    // --- time
    std::int64_t now() const noexcept { return now_; }
    Now device_now() const noexcept;
    std::int64_t true_delay(Millis device) const noexcept;
    // `fn` runs after so much time; of a process: only while that one lives, and not while it is suspended.
    void after(std::int64_t delay, Process* process, std::function<void()> fn);
    void run_until(std::int64_t end);

    // --- where the process and the world meet
    void at(Process& process, Boundary boundary, bool may_throw = true);
    void fire(PlannedFault& fault, Process& process);
    void kill(Process& process, bool restart, std::int64_t delay);
    void power_cut(std::int64_t off_for);
    void suspend(Process& process, std::int64_t length);
    void breach(const char* rule, std::string text);
    bool broken() const noexcept { return breach_.found; }
    const Breach& breach() const noexcept { return breach_; }
    void felt(Fault fault) { ++tally.felt[static_cast<std::size_t>(fault)]; }

    // --- processes
    Process* place(int index);  // the live process of that place, or null
    Process& spawn(int index);
    Process* process(std::uint64_t serial);  // live or not
    bool owner_gone(std::uint64_t serial, std::int64_t forked_grace);
    void each_process(const std::function<void(Process&)>& visit);
    void each_live(const std::function<void(Process&)>& visit);
    bool healthy() const;
    std::int64_t longest_healthy(std::int64_t from, std::int64_t to) const;
    void note_health();

    const Plan& plan;
    Trace& trace;
    Tally& tally;
    Rng rng;
    Ledger ledger;
    Server server;
    Disk disk;
    Weather weather;
    Checks checks;
    std::int64_t wall_offset = 0;
    bool calm = false;
    int restarts = 0;  // sessions that were opened again

  private:
    struct Event {
        std::int64_t at = 0;
        std::uint64_t order = 0;
        std::uint64_t process = 0;
        std::function<void()> fn;
    };
    static bool later(const Event& a, const Event& b) {
        return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
    void push(Event event);
    void dispatch(Event& event);
    void schedule_steps();
    void fire_leftovers();
    friend class Calm;

    std::int64_t now_ = 0;
    std::int64_t boot_at_ = -5'000'000;
    std::uint64_t boot_ = 77;
    std::uint64_t order_ = 0;
    std::uint64_t done_ = 0;  // events
    int nested_ = 0;
    std::vector<Event> queue_;
    std::vector<std::unique_ptr<Process>> processes_;
    std::array<std::uint64_t, 3> places_{};
    std::vector<PlannedFault> faults_;
    std::vector<std::uint32_t> passed_;
    std::vector<bool> fired_;
    int fired_count_ = 0;
    std::array<bool, 3> restart_coming_{};
    std::vector<std::pair<std::int64_t, bool>> health_;
    Breach breach_;
};

}  // namespace credit::sim

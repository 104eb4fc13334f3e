// The honest table: sessions lost and healed in a thousand days of one device, for each refresh model, with and without the
// background assertion. The rates are those of DESIGN 7's probe; they compare designs and are no forecast.
#include <cinttypes>
#include <cstdio>

#include "tests/sim/commands.h"
#include "tests/sim/process.h"
#include "tests/sim/runner.h"
#include "tests/sim/workers.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDay = 86'400'000;
constexpr int kUses = 24;  // of the app a day, in each a few calls
constexpr unsigned kPerMille[] = {100, 100, 50, 30,
                                  20};  // request lost, reply lost, 5xx, write fails, store busy
constexpr unsigned kCrash = 20;         // per mille of uses
constexpr unsigned kFreeze =
    100;  // per mille of uses in which the app leaves the screen while it works

// One use: what goes wrong is ordered, then the app asks.
void use(World& world) {
    constexpr Fault kKinds[] = {Fault::n5_reset_while_sending, Fault::n6_processed_then_reset,
                                Fault::s1_500_before_commit, Fault::d1_write_error, Fault::d4_busy};
    world.weather.clear();
    world.server.mood = {};
    for (std::size_t i = 0; i < 5; ++i) {
        if (!world.rng.chance(kPerMille[i])) continue;
        PlannedFault fault;
        fault.kind = kKinds[i];
        fault.where = Boundary::timer;
        fault.param = 2;  // once; for the store: busy
        if (Process* process = world.place(0)) world.fire(fault, *process);
    }
    Process* process = world.place(0);
    if (process == nullptr || process->suspended_until > world.now()) return;
    process->enter([&] { process->ask_token(0, 0); });
    const bool crash = world.rng.chance(kCrash);
    const bool freeze = world.rng.chance(kFreeze);
    if (!crash && !freeze) return;
    // Within the second in which a refresh is under way, if one is.
    const std::int64_t away = world.rng.between(kMinute, 480 * kMinute);
    world.after(world.rng.between(1, 400), process, [&world, process, crash, away] {
        if (crash) return world.kill(*process, true, world.rng.between(100, kMinute));
        // With an assertion the system lets the work be finished first.
        if (process->background_held == 0) return world.suspend(*process, away);
        world.after(25'000, process, [&world, process, away] { world.suspend(*process, away); });
    });
}

}  // namespace

void World::run_days(int days) {
    Process& first = spawn(0);
    after(10, &first, [&first] { first.ask_start(false); });
    run_until(kMinute);
    for (int i = 0; i < days * kUses && !broken(); ++i) {
        after(rng.between(1, kDay / kUses - 60'000), nullptr, [this] { use(*this); });
        run_until(now_ + kDay / kUses);
        Process* process = place(0);
        if (process != nullptr && process->suspended_until <= now_ && !process->has_open_handle())
            process->enter([process] { process->open(); });
    }
    calm = true;
}

int run_device_days(const Options& options) {
    constexpr std::uint64_t kBlock = 10;  // days in one life of the device
    const auto blocks = static_cast<std::uint64_t>((options.days + 9) / 10);
    std::printf(
        "| refresh model | without assertion: lost | of those healed | with assertion: lost | of "
        "those healed |\n"
        "|---|---|---|---|---|\n");
    bool fine = true;
    for (std::size_t m = 0; m < kModelCount; ++m) {
        std::uint64_t lost[2] = {0, 0};
        std::uint64_t healed[2] = {0, 0};
        for (const int assertion : {0, 1}) {
            const Fleet fleet = run_fleet(blocks, options.jobs, false, SIZE_MAX,
                                          [&](std::uint64_t index, Tally& tally) {
                                              Plan plan;
                                              plan.seed = options.from + index;
                                              plan.model = static_cast<Model>(m);
                                              plan.background = assertion == 1;
                                              plan.life_ms = 30 * kMinute;
                                              Trace trace;
                                              World world(plan, trace, tally);
                                              world.run_days(static_cast<int>(kBlock));
                                              RunResult out;
                                              out.broken = world.broken();
                                              out.rule = world.breach().rule;
                                              out.text = world.breach().text;
                                              return out;
                                          });
            for (const Failure& failure : fleet.failures) {
                std::fprintf(stderr, "block %" PRIu64 " breaks %s: %s\n", failure.index,
                             failure.rule.c_str(), failure.text.c_str());
                fine = false;
            }
            lost[assertion] = fleet.tally.models[m].unavoidable + fleet.tally.models[m].avoidable;
            healed[assertion] = fleet.tally.models[m].healed;
            fine = fine && fleet.whole;
        }
        const auto rate = [&](std::uint64_t count) {
            return static_cast<double>(count) * 1000.0 / static_cast<double>(blocks * kBlock);
        };
        std::printf("| %.*s | %.1f | %.1f | %.1f | %.1f |\n",
                    static_cast<int>(kModelNames[m].size()), kModelNames[m].data(), rate(lost[0]),
                    rate(healed[0]), rate(lost[1]), rate(healed[1]));
        std::fflush(stdout);
    }
    return fine ? 0 : 1;
}

}  // namespace credit::sim

// What each kind of fault does when it sets in.
#include <algorithm>
#include <utility>

#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 3'600'000;

int times(std::uint32_t param) {
    const std::uint32_t roll = param % 16;
    return roll < 9 ? 1 : (roll < 14 ? 2 : 4);
}

std::int64_t span(std::uint32_t param, std::int64_t low, std::int64_t high) {
    return low +
           static_cast<std::int64_t>((param >> 4) % static_cast<std::uint64_t>(high - low + 1));
}

std::string hostile_retry_after(std::uint32_t param) {
    constexpr const char* kHostile[] = {"",     "1",
                                        "5",    "86400",
                                        "-3",   "9999999999999999999",
                                        "soon", "Thu, 01 Jan 1970 00:00:00 GMT"};
    return kHostile[(param >> 8) % 8];
}

void strike_server(World& world, Fault kind, std::uint32_t param) {
    Server::Mood& mood = world.server.mood;
    const int count = times(param);
    switch (kind) {
        case Fault::s1_500_before_commit:
            mood.fail_before += count;
            break;
        case Fault::s2_500_after_commit:
            mood.fail_after += count;
            break;
        case Fault::s3_busy_retry_after:
            mood.busy += count;
            world.server.was_busy = true;
            mood.retry_after = hostile_retry_after(param);
            break;
        case Fault::s4_in_progress:
            mood.in_progress += count;
            break;
        case Fault::s5_key_mismatch:
            mood.mismatch += 1;
            world.server.faulted = true;
            break;
        case Fault::s6_cached_5xx:
            mood.cached_5xx += 1;
            world.server.faulted = true;
            mood.cached_after_commit = (param >> 5) % 2 == 0;
            break;
        case Fault::s7_auth_before_replay:
            mood.skip_replay += count;
            world.server.faulted = true;
            break;
        case Fault::s8_keys_expired:
            world.server.forget_keys();
            world.server.faulted = true;
            break;
        case Fault::s9_revoked:
            world.server.revoke_all(Excuse::revoked);
            if (param % 3 == 0) world.server.doomed = 1 + static_cast<int>(param / 3 % 2);
            break;
        default:
            world.server.skew_ms = span(param, -12 * kHour, 12 * kHour);
            break;
    }
}

// What loses nothing is no excuse for anything.
template <typename Accident>
void disk_loses(World& world, const Accident& accident) {
    const std::uint64_t before = world.disk.newest_seq();
    const Disk::Image was = world.disk.seen;
    accident(world.disk);
    bool lost = world.disk.newest_seq() < before;
    for (std::size_t i = 0; i < 2;
         ++i)  // an older copy in one of the slots may bring back what was ended
        lost = lost || world.disk.seen.slots[i].header.write_seq < was.slots[i].header.write_seq;
    if (lost) world.checks.storage_event();
}

void strike_disk(World& world, Fault kind, std::uint32_t param) {
    Disk::Trouble& trouble = world.disk.trouble;
    switch (kind) {
        case Fault::d1_write_error:
            trouble.write_errors += times(param);
            trouble.full = (param >> 5) % 2 == 0;
            trouble.tears = (param >> 6) % 2 == 0;
            break;
        case Fault::d2_sync_fails:
            trouble.sync_errors += times(param);
            break;
        case Fault::d3_locked:
            trouble.locked_until =
                world.now() + span(param, 100, (param % 4 == 0) ? 2 * kHour : 2 * kMinute);
            break;
        case Fault::d4_busy:
            if (param % 3 == 0) trouble.hang_ms = span(param, 200, 30'000);
            if (param % 3 == 1)
                trouble.wrong_key_until = world.now() + span(param, 100, 5 * kMinute);
            if (param % 3 == 2) trouble.busy += 2 * times(param);
            break;
        case Fault::d5_key_lost:
            disk_loses(world, [](Disk& disk) { disk.lose_key(); });
            break;
        case Fault::d6_damage:
            disk_loses(world, [param](Disk& disk) { disk.damage(static_cast<int>(param % 4)); });
            break;
        default:
            trouble.swallow += 1;
            break;
    }
}

void jump_clock(World& world, std::uint32_t param) {
    constexpr std::int64_t kDay = 24 * kHour;
    constexpr std::int64_t kFar[] = {10 * 365 * kDay, 365 * kDay,  2 * kDay,
                                     3 * kHour,       5 * kMinute, 30'000};
    const std::int64_t far = kFar[(param >> 4) % 6];
    world.wall_offset += param % 2 == 0 ? far : -far;
    world.checks.clock_jumped();
}

}  // namespace

void World::kill(Process& victim, bool restart, std::int64_t delay) {
    if (!victim.alive || victim.dying) return;
    trace.add(now_, victim.place, "dies");
    victim.dying = true;
    victim.died_at = now_;
    const int where = victim.place;
    if (victim.depth == 0) victim.bury();
    if (restart && !restart_coming_[static_cast<std::size_t>(where)]) {
        restart_coming_[static_cast<std::size_t>(where)] = true;
        after(delay, nullptr, [this, where] {
            restart_coming_[static_cast<std::size_t>(where)] = false;
            if (place(where) == nullptr) spawn(where);
        });
    }
    note_health();
}

void World::power_cut(std::int64_t off_for) {
    const std::uint64_t before = disk.newest_seq();
    const std::uint64_t synced = disk.newest_synced_seq();
    disk.power_cut();
    // What was synced survives where the disk keeps its word: that it did not is nobody else's doing.
    const bool weak =
        plan.semantics == Semantics::lying || plan.semantics == Semantics::not_durable;
    const bool kept = disk.newest_seq() >= synced;
    if (disk.newest_seq() < before && (weak || kept)) checks.storage_event();
    checks.rebooted();
    for (const auto& process : processes_)
        kill(*process, true, off_for);
    ++boot_;
    boot_at_ = now_ + off_for - 20'000;
}

void World::suspend(Process& sleeper, std::int64_t length) {
    if (!sleeper.alive || sleeper.dying) return;
    trace.add(now_, sleeper.place, "suspended", length);
    sleeper.suspended_until = std::max(sleeper.suspended_until, now_ + length);
    sleeper.last_suspended = now_;
    note_health();
    after(length, nullptr, [this] { note_health(); });
    // In the middle of its own work: the others go on meanwhile, and it goes on where it was.
    if (sleeper.depth == 0 || nested_ > 0) return;
    ++nested_;
    while (now_ < sleeper.suspended_until && !broken()) {
        run_until(sleeper.suspended_until -
                  1);  // its own events of the last instant come after it went on
        now_ = std::max(now_, sleeper.suspended_until);
    }
    --nested_;
    sleeper.resumed_at = now_;
}

void World::fire(PlannedFault& fault, Process& where) {
    const std::uint32_t param = fault.param;
    trace.add(now_, where.place, name_of(fault.kind), param);
    ++tally.onsets[static_cast<std::size_t>(fault.kind)][static_cast<std::size_t>(fault.where)];
    const int kind = static_cast<int>(fault.kind);
    if (kind <= static_cast<int>(Fault::n13_slow_drip)) {
        weather.order(fault.kind, param, times(param));
    } else if (kind <= static_cast<int>(Fault::s10_server_clock)) {
        strike_server(*this, fault.kind, param);
    } else if (kind <= static_cast<int>(Fault::d7_success_but_lost)) {
        strike_disk(*this, fault.kind, param);
    } else {
        switch (fault.kind) {
            case Fault::p1_kill:
                kill(where, true, span(param, 10, kMinute));
                break;
            case Fault::x2_late_restart:
                kill(where, true, span(param, 10 * kMinute, 8 * kHour));
                break;
            case Fault::p2_power_cut:
                power_cut(span(param, 5'000, 5 * kMinute));
                break;
            case Fault::p3_suspend:
                suspend(where, span(param, 1'000, 30 * kMinute));
                break;
            case Fault::x1_suspend_in_send:
                weather.order(fault.kind, param, 1);
                break;
            case Fault::p4_out_of_memory:
                where.memory_fails = true;
                break;
            case Fault::p5_another_process:
                for (int i = 1; i < 3; ++i) {
                    if (process(places_[static_cast<std::size_t>(i)]) != nullptr) continue;
                    after(0, nullptr, [this, i] {
                        if (process(places_[static_cast<std::size_t>(i)]) == nullptr) spawn(i);
                    });
                    break;
                }
                break;
            case Fault::p6_clock_jump:
                jump_clock(*this, param);
                break;
            default:  // the child keeps descriptors: locks, and the mark that its parent is alive
                where.forked_until = now_ + span(param, 1'000, 10 * kMinute);
                if (disk.lock_holder == where.serial)
                    disk.lock_ghost_until = now_ + span(param, 100, 5'000);
                break;
        }
        felt(fault.kind);
    }
    note_health();
}

}  // namespace credit::sim

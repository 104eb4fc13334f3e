#include "tests/sim/calm.h"

#include <algorithm>

#include <string>

#include "tests/sim/process.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kPatience = 45'000;  // a call's deadline is 30 s
// Healing waits up to six hours between deaths, and a day when four did not help.
constexpr std::int64_t kWaits[] = {0, kMinute, 5 * kMinute, 30 * kMinute, 7 * 60 * kMinute};

}  // namespace

void Calm::run() {
    if (world_.broken()) return;
    world_.calm = true;
    world_.trace.add(world_.now(), -1, "calm");
    stop_faults();
    world_.run_until(world_.now() + kPatience);  // who was about to be started again is
    revive();
    world_.run_until(world_.now() + 20 * kMinute);
    check_saved();
    world_.each_live([this](Process& process) {
        if (!world_.broken()) bring_back(process);
    });
    top_up();
    close_all();
}

void Calm::stop_faults() {
    world_.weather.clear();
    world_.server.mood = {};
    world_.server.skew_ms = 0;
    world_.server.doomed = 0;
    world_.disk.trouble = {};
    world_.disk.lock_ghost_until = 0;
    std::int64_t last_asleep = world_.now();
    world_.each_process([&](Process& process) {
        process.memory_fails = false;
        process.forked_until = 0;
        if (process.alive) last_asleep = std::max(last_asleep, process.suspended_until);
    });
    world_.run_until(last_asleep);
}

void Calm::revive() {
    for (int i = 0; i < 3; ++i) {
        Process* process = world_.place(i);
        const bool wanted = i == 0 || world_.places_[static_cast<std::size_t>(i)] != 0;
        if (process == nullptr && wanted) process = &world_.spawn(i);
        if (process == nullptr) continue;
        if (!process->has_open_handle()) process->enter([process] { process->open(); });
        // The app has logged in at its partner again (R23).
        process->enter([process] { process->hint(Hint::partner_credentials); });
    }
}

Process& Calm::first() {
    return *world_.place(0);
}

// L4: nobody asked for anything, and what memory held is on the disk.
void Calm::check_saved() {
    world_.each_live([this](Process& process) {
        const Handle* one = process.handle();
        if (one == nullptr) return;
        world_.checks.check_kept(*one);
        if ((one->state.properties & StateInfo::kUnsaved) != 0)
            world_.breach("L4", "tokens are still in memory only");
        if (one->state.state == PublicState::storage_locked)
            world_.breach("L4", "the store is open, and the session does not know");
    });
}

bool Calm::token(Process& process) {
    AskedOp* op = nullptr;
    process.enter([&] { op = process.ask_token(0, 30'000); });
    if (op == nullptr) return false;
    world_.run_until(world_.now() + kPatience);
    if (op->answers == 0 && !op->misuse) world_.breach("L3", "a caller waits beyond its deadline");
    last_ = op->code;
    return op->code == Code::ok;
}

bool Calm::accepted(Process& process) {
    AskedOp* op = nullptr;
    process.enter([&] { op = process.ask_call(); });
    if (op == nullptr) return false;
    world_.run_until(world_.now() + kPatience);
    return op->code == Code::ok && op->status == 200;
}

// L1: a session that is not lost gives a token the platform takes. L2: one that is lost says so, and is made anew.
void Calm::bring_back(Process& process) {
    for (const std::int64_t wait : kWaits) {
        if (world_.broken()) return;
        world_.run_until(world_.now() + wait);
        if (!process.has_open_handle()) process.enter([&] { process.open(); });
        bool got = token(process);
        if (!got &&
            last_ == Code::partner_unauthorized) {  // the app logs in at its partner again (R23)
            process.enter([&] { process.hint(Hint::partner_credentials); });
            got = token(process);
        }
        if (!got) {
            if (!world_.checks.excused())
                return world_.breach("L1", "all is well again, and no token comes: " +
                                               std::string(code_name(last_)));
            const bool over = code_needs_new_session(last_) && world_.checks.excused();
            if (over && wait >= 5 * kMinute) start_again(process);
            continue;
        }
        if (accepted(process)) return;
        if (!world_.checks.excused())
            return world_.breach("L1", "the token that came is not accepted");
    }
    if (!world_.broken())
        world_.breach("L2", "no session could be had in the end: " + std::string(code_name(last_)));
}

void Calm::start_again(Process& process) {
    AskedOp* op = nullptr;
    process.enter([&] { op = process.ask_start(true); });
    world_.run_until(world_.now() + kPatience);
    if (op != nullptr && op->answers == 0 && !op->misuse)
        world_.breach("L3", "a start is never answered");
}

// Every schedule has its three rotations.
void Calm::top_up() {
    for (int i = 0;
         i < 6 && world_.server.rotations < world_.plan.least_rotations && !world_.broken(); ++i) {
        world_.run_until(world_.now() + world_.plan.life_ms + 1'000);
        if (token(first()) || world_.broken()) continue;
        // An end that a sleeping process carries out late.
        if (code_needs_new_session(last_) && world_.checks.session_ended()) {
            start_again(first());
        } else {
            world_.breach("L1", "an ordinary renewal fails: " + std::string(code_name(last_)));
        }
    }
    if (!world_.broken() && world_.server.rotations < world_.plan.least_rotations)
        world_.breach("L1", "tokens are not renewed");
}

// Closing answers everybody.
void Calm::close_all() {
    if (world_.broken()) return;
    world_.each_live(
        [](Process& process) { process.enter([&] { process.close(365LL * 86'400'000); }); });
    world_.run_until(world_.now() + 2 * kMinute);
}

}  // namespace credit::sim

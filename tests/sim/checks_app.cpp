// The app's side: which token it may be given, which error not, and what must hold when everything has come to rest.
#include "tests/sim/checks.h"

#include <algorithm>

#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kSlackMs = 2'500;  // drift over half an hour, and a step of the schedule

constexpr std::int64_t kOnTheWayMs =
    15'000;  // a client counts from when it asked, the platform from when it issued

}  // namespace

void Checks::install_asked() noexcept {
    install_asked_at_ = world_.now();
}

void Checks::end_asked(Process&) {
    ++ended_asks_;
    end_asked_at_ = world_.now();
    ends_[world_.device_now().wall.ms] = world_.now();
}

void Checks::end_done(Process&) {
    const Disk::Slot* newest = world_.disk.newest_slot();
    for (const Disk::Slot& slot : world_.disk.seen.slots) {  // R4: both
        const bool readable = slot.state == Disk::Slot::State::valid && slot.key == world_.disk.key;
        if (readable && slot.body->pair >= 0 && newest->body->tombstone &&
            disk_event_at_ < end_asked_at_)
            world_.breach("R4", "an ended session still lies in the other slot");
    }
    if (newest != nullptr && !newest->body->tombstone && install_asked_at_ < 0 &&
        storage_loss_at_ < end_asked_at_)
        world_.breach("R4", "the end was reported before its tombstone was stored");
    if (newest != nullptr && newest->body->tombstone && current_family_ >= 0) {
        ended_at_ = world_.now();
        for (int family = 0; family <= current_family_; ++family)
            ended_families_.insert(family);
    }
}

void Checks::token_given(Process& process, Handle& handle, std::string_view token,
                         std::uint64_t generation, std::int64_t asked_at) {
    const std::int64_t now = world_.now();
    const int pair = Ledger::number_of(token);
    if (pair < 0) return world_.breach("R20", "a token was handed out that nobody issued");
    const IssuedPair& issued = world_.ledger.pair(pair);
    if (handle.end_called) world_.breach("R35", "a token was handed out after end()");
    // R35: other processes notice when they look at the store, and nobody waits for one that is sick.
    const bool saw_it = asked_at > ended_at_ && process.refused_at < ended_at_;
    if (ended_families_.count(issued.family) != 0 && storage_loss_at_ < ended_at_ && saw_it)
        world_.breach("R28", "a token of an ended session was handed out");
    const std::int64_t stored_at =
        handle.last_pair < 0 ? now : world_.ledger.pair(handle.last_pair).tried_at;
    if (generation < handle.last_generation && disk_event_at_ < stored_at)
        world_.breach("R9", "the generation went back");
    if (pair == handle.rejected_pair) world_.breach("R29", "a rejected token was handed out");
    const bool tried = issued.tried_at != kNever || process.refused_at >= 0;
    if (!tried) world_.breach("R17", "a token was announced before the store was asked to keep it");
    // One that slept between the decision and the callback cannot know.
    const bool clocks_known =
        (jump_at_ < issued.asked_first() || reboot_at_ < issued.asked_first()) &&
        process.resumed_at != now;
    const bool came_over =
        issued.delivered_last >= issued.at + world_.plan.life_ms;  // R30: life unknown, until a 401
    if (clocks_known && !came_over && !issued.mark_lost && !issued.age_unknown &&
        now > issued.at + world_.plan.life_ms + kSlackMs)
        world_.breach("R32", "a token was handed out that is over, pair " + std::to_string(pair));
    // A disk that took the verdict and did not keep it: the pair counts as untried again.
    // A disk that took the verdict and did not keep it: the pair counts as untried again. And one whose refresh went on after
    // its handle was closed: the handle that was opened meanwhile does not hear of it at once.
    const bool forgotten = disk_event_at_ >= process.condemned_at;
    const bool closing = process.closed_at >= process.condemned_at - 160'000;
    if (process.condemned == pair && !forgotten && !closing)
        world_.breach("R24", "a condemned token was handed out");
    handle.last_generation = generation;
    handle.last_pair = pair;
}

void Checks::token_refused(Process& process, Handle& handle, Code code) {
    const bool own_doing = code == Code::cancelled || code == Code::closed ||
                           code == Code::session_ended || code == Code::out_of_memory ||
                           code == Code::internal;
    if (own_doing || handle.end_called || handle.close_called) return;
    if (handle.last_pair >= 0) {
        const IssuedPair& last = world_.ledger.pair(handle.last_pair);
        const Disk::Slot* newest = world_.disk.newest_slot();
        const bool stored_verdict =
            newest != nullptr && (newest->body->suspect || newest->body->tombstone);
        const bool lives =
            world_.now() < std::min(last.at, last.asked_at) + world_.plan.life_ms - kOnTheWayMs;
        const bool refused =
            handle.rejected_pair == handle.last_pair || process.condemned == handle.last_pair;
        // Another session in the store was started, handed in or healed last, whatever a process made of this one.
        const int stored = newest == nullptr ? -1 : newest->body->pair;
        const bool moved = stored > handle.last_pair ||
                           (stored >= 0 && world_.ledger.pair(stored).family != last.family);
        if (lives && !refused && !stored_verdict && !moved && session_lives(handle.last_pair))
            world_.breach(
                "R20", "an error although a live token is there: " + std::string(code_name(code)));
    }
    // Of a sick store memory speaks; but a store that cannot be read is never "no session".
    const bool sick = process.refused_at >= world_.now() - 1'000 && code != Code::no_session;
    const bool slept = process.resumed_at == world_.now();
    if (code_needs_new_session(code) && !sick && !slept && !excused())
        world_.breach(
            "I9", "the app is told that it needs a new session: " + std::string(code_name(code)));
}

bool Checks::session_lives(int pair) const {
    const Family& family =
        world_.ledger.families[static_cast<std::size_t>(world_.ledger.pair(pair).family)];
    return !family.revoked && family.excuse == Excuse::none;
}

// A session may be missing: never begun, ended by the app, lost for a reason, or silent for long.
bool Checks::excused() const {
    if (!ever_installed_ || ended_asks_ > 0) return true;
    if (storage_loss_at_ >= installed_at_.at(current_family_)) return true;
    // ADR 9: started over a loss, by a clock that stood before that of an older session, which therefore looks newer.
    if (storage_loss_at_ != kNever && looks_older_) return true;
    const Family& family = world_.ledger.families[static_cast<std::size_t>(current_family_)];
    return family.excuse != Excuse::none || family.revoked || stuck_seen(current_family_) ||
           world_.disk.judge() == StoreAnswer::corrupt ||
           world_.disk.judge() == StoreAnswer::key_lost;
}

// L4 again, by what was handed out: the store has it, or something that came after it.
void Checks::check_kept(const Handle& handle) {
    if (handle.last_pair < 0 || ended_asks_ > 0) return;
    // Lost after it was stored, and nobody has looked since.
    if (disk_event_at_ >= world_.ledger.pair(handle.last_pair).tried_at) return;
    const Disk::Slot* newest = world_.disk.newest_slot();
    const int stored = newest == nullptr ? -1 : newest->body->pair;
    // Another family: a start or adopt that was stored first, or last.
    const auto family = [this](int pair) { return world_.ledger.pair(pair).family; };
    const bool moved = stored >= 0 && family(stored) != family(handle.last_pair);
    if (stored < handle.last_pair && !moved)
        world_.breach("L4", "what was handed out never came to the disk");
}

void Checks::called_back(Process& process) {
    if (world_.disk.lock_holder == process.serial && !process.dying)
        world_.breach("R34", "the commit lock is held while others are called");
}

// At rest: what was received and not overtaken is stored; every operation was answered once.
void Checks::audit() {
    if (world_.broken()) return;
    const Disk::Slot* newest = world_.disk.newest_slot();
    const int stored = newest == nullptr ? -1 : newest->body->pair;
    world_.each_live([&](Process& process) {
        if (process.background_held != 0)
            world_.breach("R22", "an assertion is still held at rest");
        for (const int pair : process.received) {
            const IssuedPair& issued = world_.ledger.pair(pair);
            if (issued.tried_at != kNever || pair < stored || process.broken_at >= 0) continue;
            const bool over = newest != nullptr && (newest->body->tombstone || ended_asks_ > 0);
            // R11: of two that a server gave for one token, the loser is kept in memory only.
            if (issued.parent >= 0 && world_.ledger.pair(issued.parent).successors.size() > 1)
                continue;
            if (over || issued.family < current_family_ || issued.delivered_at == kNever) continue;
            world_.breach("R11", "a received pair was never stored");
        }
    });
    world_.each_process([&](Process& process) {
        if (!process.alive) return;
        for (const auto& handle : process.handles) {
            for (const auto& op : handle->ops) {
                if (op->misuse || op->answers == 1) continue;
                world_.breach("R34",
                              "an operation was never answered: " + std::string(name_of(op->what)));
            }
        }
    });
}

}  // namespace credit::sim

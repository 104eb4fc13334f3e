// The wire: what may leave the device, what came back, and whether a refusal was the client's fault.
#include <algorithm>

#include "core/platform_api/idempotency.h"
#include "tests/sim/checks.h"
#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr std::int64_t kMinute = 60'000;
// Five unanswered tries empty the retry budget to a half; then one in ten seconds is regained. Three processes have one
// budget each, and each may be started again and again.
constexpr std::size_t kMostSendsPerMinute = 40;

// An attempt's timeout and the settle window after it.
constexpr std::int64_t kSettlesForMs = 160'000;

}  // namespace

void Checks::sent(Process& process, const SentRefresh& request) {
    const std::int64_t now = world_.now();
    world_.trace.add(now, process.place, "sends the refresh token of pair", request.refresh);
    if (request.refresh < 0)
        return world_.breach("R12", "what was sent carries none of the tokens");
    if (!request.fresh_connection)
        world_.breach("R15", "a refresh goes out on a connection that was used before");
    if (marked_.count(request.key) == 0)
        world_.breach("R12", "a refresh leaves the device without a durable mark");
    world_.each_live([&](Process& other) {
        if (&other == &process || other.flying_until < 0) return;
        const bool lapsed = other.flying_until <= now || other.last_suspended >= 0;
        // The disk lost one of the two leases, or went back behind a pair that only memory knew then: who holds it
        // cannot wait for one who sends the older token.
        const bool lease_lost =
            disk_event_at_ >= std::min(process.leased_at, other.sent_leased_at) ||
            world_.ledger.pair(request.refresh).lost_on_disk ||
            world_.ledger.pair(other.sent_refresh).lost_on_disk;
        if (!lapsed && !lease_lost && other.sent_at >= 0)
            world_.breach("R8", "two processes have a refresh on the wire");
    });
    // A handle that was closed lets its refresh go on; the one opened after it knows of that from the disk alone.
    if (process.sent_at >= 0 && process.sent_at > process.answered_at &&
        disk_event_at_ < process.sent_leased_at)
        world_.breach("R8", "one process has two refreshes on the wire");
    process.sent_at = now;
    process.sent_leased_at = process.leased_at;
    process.sent_refresh = request.refresh;
    Sends& sends = sends_[request.refresh];
    check_key(request, sends);
    const IssuedPair& presented = world_.ledger.pair(request.refresh);
    const auto marked = process.marked_at.find(request.refresh);
    // R11: a pair that a server gave to two processes; the one that came late keeps it, and tries it before any verdict.
    const bool alternate =
        presented.delivered_last > presented.delivered_at &&
        std::count(process.received.begin(), process.received.end(), request.refresh) > 0;
    for (const int next : presented.successors) {
        if (alternate) break;
        const IssuedPair& successor = world_.ledger.pair(next);
        if (successor.refresh == request.refresh || successor.lost_on_disk ||
            successor.durable_at == kNever)
            continue;
        if (marked == process.marked_at.end() || marked->second > successor.durable_at)
            world_.breach("I7", "a token was sent again although its successor is stored");
    }
    if (marked != process.marked_at.end()) last_marks_[request.refresh] = marked->second;
    sends.times.push_back(now);
    sends.first_by.emplace(process.serial, now);
    check_storm(sends);
}

void Checks::check_key(const SentRefresh& request, Sends& sends) {
    const bool keeps = world_.plan.model == Model::keeps_refresh_token;
    const std::size_t kept = keeps ? world_.ledger.pair(request.refresh).successors.size() : 0;
    bool derived = false;
    bool bumped = false;
    for (std::size_t n = 0; n <= kept && !derived; ++n) {
        for (std::uint64_t epoch = 0; epoch < 2 && !derived; ++epoch) {
            derived = derive_refresh_key(request.token, n, epoch) == request.key;
            bumped = derived && epoch == 1;
        }
    }
    if (!derived) return world_.breach("R13", "the idempotency key is not derived from the token");
    if (bumped && sends.mismatches == 0 && sends.server_errors < 5)
        return world_.breach("R14", "another key without an answer that blocks the first one");
    const bool known =
        std::find(sends.keys.begin(), sends.keys.end(), request.key) != sends.keys.end();
    if (known) return;
    if (!bumped && static_cast<int>(sends.keys.size()) > sends.answered + sends.bumps)
        return world_.breach("R13", "a refresh that nobody answered is repeated under another key");
    sends.keys.push_back(request.key);
    sends.bumps += bumped ? 1 : 0;
}

void Checks::check_storm(Sends& sends) {
    const std::int64_t now = world_.now();
    all_sends_.push_back(now);
    const std::size_t count = static_cast<std::size_t>(
        std::count_if(all_sends_.begin(), all_sends_.end(),
                      [now](std::int64_t at) { return now - at < kMinute; }));
    if (count > kMostSendsPerMinute) world_.breach("R19", "refreshes have become a storm");
    if (sends.times.size() < 6) return;
    // Six in a row within half a second: nobody waited in between.
    if (now - sends.times[sends.times.size() - 6] < 500)
        world_.breach("R19", "no wait between attempts");
}

void Checks::replied(Process& process, const SentRefresh& request, const WireReply& reply) {
    Sends& sends = sends_[request.refresh];
    if (reply.issued >= 0) {
        IssuedPair& pair = world_.ledger.pair(reply.issued);
        if (pair.delivered_at == kNever) pair.delivered_at = world_.now();
        pair.asked_at = first_marks_[request.refresh];
        pair.delivered_last = world_.now();
        // The server's clock was moved between two replies, or the device's, and replies say no Date.
        const bool moved = pair.skew_ms != world_.server.skew_ms;
        pair.age_unknown =
            moved || offset_wrong_ || (jump_at_ >= pair.asked_at && !world_.plan.dates);
        pair.mark_lost = disk_event_at_ >= pair.asked_at;
        // Without Date a device learns what the server's clock says from such a reply, until one comes at first asking.
        const bool replayed = sends.times.size() > 1;
        offset_wrong_ = !world_.plan.dates && (pair.mark_lost || (offset_wrong_ && replayed));
        pair.delivered_to = process.serial;
        process.received.push_back(reply.issued);
        ++sends.answered;
        return;
    }
    ++sends.answers_without_tokens;
    if (reply.status == 422) ++sends.mismatches;
    if (reply.status >= 500) ++sends.server_errors;
    // R14: a key that is blocked for good, and another that is blocked as well, are a verdict.
    const bool blocked = reply.status == 422 && (sends.mismatches >= 2 || sends.bumps > 0);
    if (blocked) {
        Family& family = world_.ledger.family_of(request.refresh);
        if (family.excuse == Excuse::none) family.excuse = Excuse::server_faulty;
    }
    if (reply.verdict || blocked) process.verdict_for = request.refresh;
}

void Checks::finished(Process& process) {
    process.flying_until = -1;
    process.answered_at = world_.now();
    process.sent_at = -1;
}

// The platform refuses a spent token. Could the device have known better?
Excuse Checks::judge_refusal(int refresh, const RefreshCall& call) {
    if (call.shadow) return Excuse::other_copy;
    const Model model = world_.plan.model;
    const IssuedPair& spent = world_.ledger.pair(refresh);
    const bool replays = model == Model::replay || model == Model::keeps_refresh_token;
    if (spent.successors.empty()) return Excuse::server_faulty;
    // Of several that a server gave for one token, the one that arrived is what the device had.
    const auto arrived =
        std::find_if(spent.successors.begin(), spent.successors.end(),
                     [this](int one) { return world_.ledger.pair(one).delivered_at != kNever; });
    const IssuedPair& next =
        world_.ledger.pair(arrived == spent.successors.end() ? spent.successors.front() : *arrived);
    if (world_.server.faulted && next.durable_at == kNever) return Excuse::server_faulty;
    if (next.delivered_at == kNever) {
        if (replays) return world_.server.faulted ? Excuse::server_faulty : Excuse::none;
        const bool grace = model == Model::grace_fork || model == Model::grace_same;
        return grace && grace_was_used(refresh) ? Excuse::none : Excuse::reply_lost;
    }
    if (next.lost_on_disk) return Excuse::storage_lost;
    Process* receiver = world_.process(next.delivered_to);
    const bool gone = receiver == nullptr || !receiver->alive || receiver->dying;
    if (next.durable_at == kNever) {
        if (gone || receiver->broken_at >= next.delivered_at) return Excuse::crashed;
        const bool hung = receiver->hung_until >= next.delivered_at;
        if (next.refused || hung || receiver->refused_at >= next.delivered_at)
            return Excuse::storage_sick;
        if (receiver->last_suspended >= 0) return Excuse::raced;
        if (disk_event_at_ >= first_marks_.at(refresh))
            return Excuse::storage_lost;  // the lease that kept them apart was on it
        return Excuse::none;
    }
    if (replays) return world_.server.faulted ? Excuse::server_faulty : Excuse::none;
    for (const auto& [token, at] : last_marks_) {
        if (token == refresh && at <= next.durable_at) return Excuse::raced;
    }
    return storage_loss_at_ >= next.durable_at ? Excuse::storage_lost : Excuse::none;
}

// Within the grace time there was a quiet minute in which somebody could have asked again.
bool Checks::grace_was_used(int refresh) const {
    const IssuedPair& spent = world_.ledger.pair(refresh);
    const std::int64_t end = spent.spent_at + world_.plan.grace_ms;
    const bool weak = world_.plan.semantics == Semantics::not_durable ||
                      world_.plan.semantics == Semantics::lying;
    const std::int64_t begun = first_marks_.at(refresh);
    if (weak && reboot_at_ >= begun) return false;  // the mark is gone with the power
    if (mark_lost_at_ >= begun) return false;       // or was never there, whatever the disk said
    if (disk_event_at_ >= begun) return false;      // or went with what it lay on
    if (jump_at_ >= begun || world_.server.was_busy || world_.server.garbled > 3)
        return false;  // table 2.7: three replays, then only on demand
    // Who sent asks again by itself (R19), while it lives. Somebody else does who looks at the store when nobody is at it any
    // more; a look while the sender was at it obliges nobody.
    const std::map<std::uint64_t, std::int64_t>& senders = sends_.at(refresh).first_by;
    std::int64_t at_it_until = spent.spent_at;
    world_.each_process([&](const Process& one) {
        const auto sent = senders.find(one.serial);
        if (sent == senders.end() || sent->second > spent.spent_at) return;
        at_it_until = std::max(at_it_until, std::min(one.died_at, sent->second + kSettlesForMs));
    });
    std::int64_t quiet = 0;
    world_.each_process([&](const Process& one) {
        const auto sent = senders.find(one.serial);
        const auto look = std::lower_bound(one.looked_at.begin(), one.looked_at.end(), at_it_until);
        std::int64_t knows = look == one.looked_at.end() ? INT64_MAX : *look;
        std::int64_t until = std::min(one.died_at, end);
        if (sent != senders.end() && sent->second <= spent.spent_at) {
            knows = spent.spent_at;
            until = std::min(until, sent->second + kSettlesForMs);  // R19: then only when asked
        }
        if (knows < until) quiet = std::max(quiet, world_.longest_healthy(knows, until));
    });
    return quiet >= 90'000;
}

void Checks::provider_asked(Process& process, bool healing) {
    world_.trace.add(world_.now(), process.place, healing ? "asks to heal" : "asks to start");
}

}  // namespace credit::sim

#include "core/session/machine.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/session/lifetime.h"

namespace credit {

Machine::Machine(MachineSetup setup)
    : setup_(std::move(setup)), jitter_(setup_.seed), waiters_(setup_.policy.max_waiters) {
    record_.environment = setup_.environment;
    record_.origin = setup_.origin;
    record_.borrower = setup_.borrower;
}

void Machine::step(const Event& event, const Now& now, Effects& fx) {
    if (closed_) return;
    std::visit([&](const auto& e) { on(e, now, fx); }, event);
    // One more caller changes nothing for those who wait already; looking at all of them each time would be quadratic.
    decide(now, fx, std::holds_alternative<event::TokenAsked>(event));
}

// The order is the order of importance: what must not be lost first, callers before the network, announcements last.
void Machine::decide(const Now& now, Effects& fx, bool newest_waiter_only) {
    CREDIT_CHECK(!closed_);
    progress_end(now, fx);
    progress_store(now, fx);
    progress_adopt(now, fx);
    progress_start(now, fx);
    notice_death(now);
    serve_waiters(now, fx, newest_waiter_only);
    progress_refresh(now, fx);
    progress_heal(now, fx);
    report(now, fx);
    finish_close(fx);
}

void Machine::report(const Now& now, Effects& fx) {
    publish(now, fx);
    const StateInfo current = info(now);
    if (!announced_ || *announced_ != current) {
        announced_ = current;
        fx.push_back(effect::Announce{current});
    }
    set_timer(now, fx);
}

void Machine::finish_close(Effects& fx) {
    if (!closing_ || flight_.step != FlightStep::idle || txns_running_ != 0 || load_running_ ||
        peek_running_)
        return;
    // progress_store and progress_end have made their last try, whose answer all who ended the session had.
    CREDIT_CHECK((!unsaved_ && !ending_) || close_saved_);
    CREDIT_CHECK(enders_.empty());
    closed_ = true;
    StateInfo last;
    last.state = PublicState::closed;
    fx.push_back(effect::Announce{last});
    fx.push_back(effect::Closed{});
}

StateInfo Machine::info(const Now& now) const {
    StateInfo out;
    out.generation = record_.version.generation;
    if (closed_) {
        out.state = PublicState::closed;
    } else if (over()) {
        out.state = PublicState::no_session;
        out.reason = Code::session_ended;
    } else if (!known_) {
        const bool needs_new = failing_ && writable();
        out.state = needs_new                                    ? PublicState::no_session
                    : failing_ && answer_ == StoreAnswer::locked ? PublicState::storage_locked
                                                                 : PublicState::loading;
        out.reason = failing_ ? code_of(answer_) : Code::ok;
    } else if (!has_live_pair() && !(heal_wanted() && heal_possible(now))) {
        out.state = PublicState::no_session;
        out.reason = why_no_session(now).code;
    } else {
        out.state = PublicState::active;
        if (flight_.step == FlightStep::sending || flight_.step == FlightStep::saving) {
            out.properties |= StateInfo::kRefreshing;
        }
        if (offline_) out.properties |= StateInfo::kOffline;
        if (stuck(now)) out.properties |= StateInfo::kStuck;
        if (heal_wanted()) out.properties |= StateInfo::kHealing;
        if (unsaved_) out.properties |= StateInfo::kUnsaved;
        if (record_.pair) out.expires_at_ms = expires_at_ms(*record_.pair);
    }
    return out;
}

// Instants of a pair from another boot come from the wall clock and wobble; a wobble is no news.
static bool close_to(ElapsedTime a, ElapsedTime b) {
    constexpr std::int64_t kWobbleMs = 50;
    return a.ms - b.ms <= kWobbleMs && b.ms - a.ms <= kWobbleMs;
}

static bool same_publication(const effect::Publish& a, const effect::Publish& b) {
    // Two processes may have stored different pairs under one generation (R11), so the token itself counts.
    return a.generation == b.generation && same_secret(a.token, b.token) &&
           close_to(a.ends, b.ends);
}

void Machine::publish(const Now& now, Effects& fx) {
    effect::Publish out;
    if (usable(now) && !closing_) {
        const Pair& pair = *record_.pair;
        out.token = pair.session_token;
        out.generation = record_.version.generation;
        out.expires_at_ms = expires_at_ms(pair);
        out.boot = now.boot;
        out.life = Millis{pair.life_ms};
        out.default_minimum = effective_minimum(pair, Millis{0}, setup_.policy);
        out.ends = ends_at(pair, now).value_or(TokenWaiters::kNever);
        out.renew_from = renew_from(now);
    }
    if (published_ && same_publication(*published_, out)) return;
    published_ = out;
    fx.push_back(out);
}

void Machine::set_timer(const Now& now, Effects& fx) {
    ElapsedTime at = waiters_.earliest_deadline();
    const auto consider = [&](bool wanted, ElapsedTime when) {
        if (wanted && when < at) at = when;
    };
    for (const StartWaiter& start : starts_)
        consider(true, start.deadline);
    // Only for what a timer can set off now: an instant that has passed and changes nothing would fire for ever.
    consider(load_wanted_ && !load_running_ && !closing_, load_not_before_);
    consider(peek_running_ || (load_running_ && known_), peek_deadline_);
    consider(unsaved_ && !save_running_ && flight_.step != FlightStep::saving, save_not_before_);
    consider(ending_ && !end_running_, save_not_before_);
    const bool flight_waits =
        flight_.step == FlightStep::idle && may_fly(now) && need(now) != Need::none;
    consider(flight_.step == FlightStep::lease_wait || flight_waits, flight_.not_before);
    consider(flight_.settle_until.has_value() && !waiters_.empty(),
             flight_.settle_until.value_or(at));
    if (may_heal(now)) consider(true, heal_due());
    consider_suspect(now, at);
    if (at == timer_) return;
    timer_ = at;
    fx.push_back(effect::SetTimer{at});
}

bool Machine::usable(const Now& now) const {
    if (!known_ || over() || !has_live_pair()) return false;
    if (record_.version.generation == rejected_) return false;
    const auto left = life_left(*record_.pair, now);
    return !left || left->count > 0;
}

// Storage that holds nothing worth keeping in place: a start may write over it (R3).
bool Machine::writable() const {
    return may_write_over(TxnKind::start, answer_);
}

// From here on a token that is handed out is renewed as well (R21).
ElapsedTime Machine::renew_from(const Now& now) const {
    const std::uint64_t generation = record_.version.generation;
    const auto ends = ends_at(*record_.pair, now);
    if (!ends)
        return unknown_life_tried_ == generation ? TokenWaiters::kNever : ElapsedTime{INT64_MIN};
    // The spread comes from the generation, so that asking again does not move it.
    const Millis ahead =
        refresh_ahead(*record_.pair, Jitter(setup_.seed ^ generation).next(), setup_.policy);
    return ElapsedTime{ends->ms - ahead.count};
}

bool Machine::near_end(const Now& now) const {
    return usable(now) && now.elapsed >= renew_from(now);
}

// R26: the server answers, but gives neither a token nor a verdict.
bool Machine::stuck(const Now& now) const {
    if (!has_live_pair() || !record_.intent || usable(now)) return false;
    // It is about a server that answers now: whoever comes back long after an outage tries before anything else.
    if (!flight_.answered_at || now.elapsed - *flight_.answered_at > setup_.policy.stuck_fresh)
        return false;
    const Intent& intent = *record_.intent;
    if (intent.answered < static_cast<std::uint32_t>(setup_.policy.stuck_answers)) return false;
    return passed_since(intent.first, now) >= setup_.policy.stuck_after;
}

Error Machine::why_no_session(const Now& now) const {
    if (record_.suspect) {
        const bool spent = heal_spent(now);
        Error error(spent ? Code::session_superseded : record_.suspect->reason,
                    spent ? "sessions of this borrower keep dying; it may be in use elsewhere"
                          : "the platform ended this session");
        error.request_id = record_.suspect->request_id;
        error.correlation_id = record_.suspect->correlation_id;
        return error;
    }
    if (record_.tombstone)
        return {record_.tombstone->reason, "the session was ended; start a new one"};
    return {Code::no_session, "no session was started for this borrower"};
}

void Machine::note(const Now& now, JournalEvent what, const Error& error) {
    note(now, what, error.code, error.request_id, error.correlation_id);
}

void Machine::note(const Now& now, JournalEvent what, Code why, std::string_view request_id,
                   std::string_view correlation_id) {
    JournalEntry entry;
    entry.at = now.wall;
    entry.what = what;
    entry.why = why;
    entry.generation = record_.version.generation;
    entry.request_id = request_id;
    entry.correlation_id = correlation_id;
    // What repeats while somebody polls is one entry, as in the journal itself.
    if (!diary_.empty()) {
        JournalEntry last = diary_.back();
        last.at = entry.at;
        if (last == entry) diary_.pop_back();
    }
    if (diary_.size() >= Journal::kMaxEntries) diary_.erase(diary_.begin());
    diary_.push_back(entry);
}

}  // namespace credit

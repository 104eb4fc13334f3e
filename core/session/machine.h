// The machine that runs a session's life (DESIGN 1 and 3): an event and the time go in, effects come out. No clock, no
// thread, no I/O, no randomness but its seed. Handlers change data; decide() alone says what happens next.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/base/jitter.h"
#include "core/session/effect.h"
#include "core/session/event.h"
#include "core/session/policy.h"
#include "core/session/record.h"
#include "core/session/waiters.h"

namespace credit {

struct MachineSetup {
    Policy policy;
    Environment environment = Environment::test;
    RecordHeader::Hash origin{};
    RecordHeader::Hash borrower{};
    std::string borrower_external_id;
    bool has_provider = false;
    bool backend_managed = false;
    bool has_background = false;
    std::uint64_t seed = 0;
};

class Machine {
  public:
    explicit Machine(MachineSetup setup);

    // The one entry. Appends to `effects`. After Closed came out, every event is ignored.
    void step(const Event& event, const Now& now, Effects& effects);

    StateInfo info(const Now& now) const;
    // What is known of the session now, for diagnostics; the pair must not be printed.
    const Record& record() const noexcept { return record_; }
    const std::vector<JournalEntry>& unwritten_journal() const noexcept { return diary_; }

  private:
    // Where a refresh is. Everything between is data.
    enum class FlightStep { idle, background, marking, lease_wait, sending, saving, judging };
    enum class HealStep { idle, marking, asking, installing };
    // How the last attempt ended, as far as waiting callers are concerned.
    enum class Failure { none, ambiguous, final };

    struct Flight {
        FlightStep step = FlightStep::idle;
        std::uint64_t id = 0;
        bool background_held = false;
        bool background_refused = false;
        bool waited = false;  // for a lease; told once (R37)
        Version marked;       // the version the mark was written at
        std::uint64_t fence = 0;
        ElapsedTime lease_until;
        Pair received;
        ElapsedTime not_before{INT64_MIN};  // no attempt before
        int tries = 0;                      // failed in a row
        std::optional<ElapsedTime> settle_until;
        std::uint64_t failures = 0;  // ever; waiters compare
        std::optional<ElapsedTime>
            answered_at;  // the last attempt that got an answer, but no token
        Failure failure = Failure::none;
        Error error;
        int malformed = 0;
        bool sent_before = false;  // the request may have left the device before this attempt
        bool blocked = false;      // the partner wants new credentials (R23)
    };
    struct Heal {
        HealStep step = HealStep::idle;
        std::uint64_t fence = 0;
        ElapsedTime not_before{INT64_MIN};
        ElapsedTime since{INT64_MIN};  // when healing became wanted
        std::uint64_t spread = 0;      // 0..1023, drawn once per death
        int failures_in_row = 0;
        bool answered = false;  // the provider was asked and had nothing
        std::uint64_t failures = 0;
        Error error;
        bool blocked = false;
        bool given_up = false;  // told
    };
    struct StartWaiter {
        OpID op = 0;
        bool replace = false;
        ElapsedTime deadline;
        bool asked = false;
    };
    struct AdoptWaiter {
        OpID op = 0;
        bool replace = false;
        Stamp received;
        Issued issued;
        bool running = false;
    };

    // event handlers (machine_events.cpp)
    void on(const event::Opened&, const Now&, Effects&);
    void on(const event::Loaded&, const Now&, Effects&);
    void on(const event::Peeked&, const Now&, Effects&);
    void on(const event::TxnDone&, const Now&, Effects&);
    void on(const event::BackgroundAnswered&, const Now&, Effects&);
    void on(const event::RefreshAnswered&, const Now&, Effects&);
    void on(const event::ProviderAnswered&, const Now&, Effects&);
    void on(const event::CallAccepted&, const Now&, Effects&);
    void on(const event::TokenAsked&, const Now&, Effects&);
    void on(const event::RefreshAheadAsked&, const Now&, Effects&);
    void on(const event::StartAsked&, const Now&, Effects&);
    void on(const event::AdoptAsked&, const Now&, Effects&);
    void on(const event::EndAsked&, const Now&, Effects&);
    void on(const event::CloseAsked&, const Now&, Effects&);
    void on(const event::RejectAsked&, const Now&, Effects&);
    void on(const event::CancelAsked&, const Now&, Effects&);
    void on(const event::Hinted&, const Now&, Effects&);
    void on(const event::TimerFired&, const Now&, Effects&);

    // what happens next (machine.cpp)
    void decide(const Now& now, Effects& fx, bool newest_waiter_only);
    void report(const Now& now, Effects& fx);
    void publish(const Now& now, Effects& fx);
    void set_timer(const Now& now, Effects& fx);
    void finish_close(Effects& fx);

    // storage (machine_store.cpp)
    void progress_store(const Now& now, Effects& fx);
    void progress_end(const Now& now, Effects& fx);
    void run_txn(TxnKind kind, const Record& proposal, Effects& fx, std::uint64_t fence = 0,
                 bool replace = false, TxnRef room = nullptr);
    void reconcile(const Record& stored, const Now& now);
    void adopt_stored(const Record& stored, const Now& now);
    void storage_trouble(StoreAnswer answer, const std::string& detail, const Now& now);
    void store_well();
    void store_recovered(const Now& now);
    void keep_in_memory(const Record& kept, StoreAnswer answer, const Now& now);
    void set_aside(Pair pair);
    bool store_hangs() const;
    void renumber(std::uint64_t generation);
    void on_saved(const TxnResult& result, const Now& now);
    void on_end_done(const TxnResult& result, const Now& now, Effects& fx);

    // callers (machine_callers.cpp)
    void serve_waiters(const Now& now, Effects& fx, bool newest_only = false);
    bool serve(const TokenWaiter& waiter, const Now& now, Effects& fx);
    bool serve_without_token(const TokenWaiter& waiter, const Now& now, Effects& fx);
    bool serve_without_session(const TokenWaiter& waiter, const Now& now, Effects& fx);
    bool too_many_callers() const;
    void fail_all(const Error& error, Effects& fx);
    void progress_adopt(const Now& now, Effects& fx);
    void progress_start(const Now& now, Effects& fx);
    void on_install_done(const TxnResult& result, const Now& now, Effects& fx);
    void on_start_answered(const event::ProviderAnswered& answered, const Now& now, Effects& fx);
    static bool no_network(const Error& error);
    std::optional<Error> judge_issued(const Issued& issued) const;
    Record installed(const Issued& issued, const Stamp& sent) const;
    void ask_provider(OpID op, bool healing, Effects& fx);
    void finish_starts(const Error* error, Effects& fx, bool only_asked);

    // refresh (machine_refresh.cpp)
    enum class Need { none, ahead, required };
    Need need(const Now& now) const;
    void progress_refresh(const Now& now, Effects& fx);
    void begin_refresh(const Now& now, Effects& fx);
    bool settling() const;
    bool may_fly(const Now& now) const;
    bool refreshable() const;
    void mark(const Now& now, Effects& fx);
    void on_marked(const TxnResult& result, const Now& now, Effects& fx);
    void on_committed(const TxnResult& result, const Now& now, Effects& fx);
    void on_judged(const TxnResult& result, const Now& now, Effects& fx);
    void condemn(const Error& error, const Now& now, Effects& fx);
    bool wants_longer(const Issued& issued);
    void attempt_failed(const RefreshAnswer& answer, const Now& now, Effects& fx);
    void overtaken(const event::RefreshAnswered& answered, const Now& now, Effects& fx);
    void bump_key(const Now& now);
    void land(Effects& fx);  // the flight is over for now
    void succeed(const Now& now);
    void fail_attempt(Failure failure, Error error);

    // healing (machine_heal.cpp)
    bool heal_wanted() const;
    bool heal_possible(const Now& now) const;
    bool heal_spent(const Now& now) const;
    bool may_heal(const Now& now) const;
    void notice_death(const Now& now);
    void begin_death(const Now& now);
    bool keep_over(const Now& now) const;
    void consider_suspect(const Now& now, ElapsedTime& at) const;
    ElapsedTime heal_due() const;
    void progress_heal(const Now& now, Effects& fx);
    void on_heal_marked(const TxnResult& result, const Now& now, Effects& fx);
    void on_heal_answered(const event::ProviderAnswered& answered, const Now& now, Effects& fx);
    void on_healed(const TxnResult& result, const Now& now, Effects& fx);
    void heal_failed(const Error& error, const Now& now, Effects& fx);
    void note_death(HealCounters& heal, const Now& now) const;
    bool suspect_retry_due(const Now& now) const;
    void forget_death();
    void saved();
    void count_stored_answer(const RefreshAnswer& answer, const Now& now);
    void take_mark(const Record& marked);
    void keep_install(const TxnResult& result, bool asked, const Now& now);

    // small questions
    bool usable(const Now& now) const;
    bool has_live_pair() const { return record_.pair.has_value() && !record_.suspect; }
    bool writable() const;
    bool over() const { return ended_ || ending_; }
    bool leaving() const { return over() || closing_; }
    ElapsedTime renew_from(const Now& now) const;
    bool near_end(const Now& now) const;
    bool stuck(const Now& now) const;
    Error why_no_session(const Now& now) const;
    void note(const Now& now, JournalEvent what, Code why = Code::ok,
              std::string_view request_id = {}, std::string_view correlation_id = {});
    void note(const Now& now, JournalEvent what, const Error& error);

    const MachineSetup setup_;
    Jitter jitter_;

    // what is known
    Record record_;  // the session as memory has it
    bool known_ =
        false;  // a store answer, or something newer than the store, stands behind record_
    bool unsaved_ = false;              // memory is newer than the store (R17)
    std::optional<Unstored> unstored_;  // and it is an install: what that was made over
    WallTime opened_;
    std::optional<Pair> alternate_;        // received, but another process was first (R11)
    std::uint64_t loaded_generation_ = 0;  // what the first look at the store found
    std::uint64_t rejected_ = 0;           // generation that the platform refused
    std::uint64_t accepted_ = 0;           // generation that it accepted
    Millis breaker_{0};
    Millis short_wait_{0};  // R21: tokens that arrive expired
    std::uint64_t unknown_life_tried_ =
        0;  // generation for which the one refresh of an unknown life was made
    bool offline_ = false;
    bool ahead_wanted_ = false;
    bool refresh_wanted_ = false;  // some waiter cannot be served without; set by serve_waiters

    // storage
    StoreAnswer answer_ = StoreAnswer::transient;
    std::string detail_;
    bool failing_ = false;
    bool load_wanted_ = false;
    bool load_running_ = false;
    ElapsedTime load_not_before_{INT64_MIN};
    int load_failures_ = 0;
    std::uint64_t peek_started_ = 0;
    std::uint64_t peek_done_ = 0;
    std::uint64_t peek_wanted_ = 0;
    bool peek_running_ = false;
    ElapsedTime peek_deadline_{INT64_MAX};
    std::uint64_t next_txn_ = 0;
    int txns_running_ = 0;
    bool save_running_ = false;
    int save_failures_ = 0;
    ElapsedTime save_not_before_{INT64_MIN};
    std::vector<JournalEntry> diary_;  // not yet written

    // callers
    TokenWaiters waiters_;
    std::deque<StartWaiter> starts_;
    std::deque<AdoptWaiter> adopts_;
    std::vector<OpID> enders_;
    bool ending_ = false;
    bool end_running_ = false;
    WallTime end_asked_;
    bool ended_ = false;  // by this handle: spent
    bool closing_ = false;
    bool close_saved_ = false;  // the last write-back before closing was tried
    bool closed_ = false;
    std::uint64_t ask_ = 0;  // the provider question under way
    Version asked_at_;       // what the session was when it was asked
    bool ask_running_ = false;
    bool start_running_ = false;  // its transaction

    Flight flight_;
    Heal heal_;

    // what was said last
    std::optional<StateInfo> announced_;
    std::optional<effect::Publish> published_;
    ElapsedTime timer_{INT64_MAX};
};

}  // namespace credit

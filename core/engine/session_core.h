// The driver of one session: feeds the machine, does what its effects say, answers callers. Lives on the engine thread;
// only what stands under "any thread" may be touched from elsewhere.
#pragma once

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <variant>

#include "core/engine/engine.h"
#include "core/engine/landing.h"
#include "core/engine/session.h"
#include "core/engine/token_cell.h"
#include "core/platform_api/verdict.h"
#include "core/ports/secure_store.h"
#include "core/session/machine.h"

namespace credit {

// A record's key: (environment, origin, borrower) hashed; nothing of it stands in clear on disk (R1).
RecordKey record_key(const SessionSettings& settings, const std::string& borrower_external_id);
// Storage thread. The error's code is ok when the record is gone.
Error erase_record(SecureStore& store, const RecordKey& key);

// For moments in which there may be no memory: then the error comes without its text.
Error spare_error(Code code, std::string_view text) noexcept;

// One authorised request on its way (R33); engine-internal.
struct PendingCall {
    CallRequest request;
    std::variant<CallCallback, JourneyCallback> done;
    ElapsedTime deadline;
    int attempts = 0;
    std::uint64_t generation = 0;  // of the token the last attempt carried
    std::uint64_t exchange = 0;    // on the wire; 0: not
};

class SessionCore : public Timed, public std::enable_shared_from_this<SessionCore> {
  public:
    SessionCore(Engine& engine, SessionConfig config, std::string borrower_external_id);

    // any thread
    Engine& engine() { return engine_; }
    const SessionConfig& config() const { return config_; }
    const std::string& borrower() const { return borrower_; }
    StateInfo snapshot() const;
    OpID next_op();
    TokenCell& cell() { return cell_; }
    bool spent() const { return spent_.load(std::memory_order_acquire); }
    // Ended, or asked to close: what is taken on from here on would be answered after close had completed (R34).
    bool refuses() const { return spent() || closing(); }
    // Asked to close, and close has not completed.
    bool closing() const {
        return closing_.load(std::memory_order_acquire) &&
               !close_completed_.load(std::memory_order_acquire);
    }
    void begin_closing() noexcept { closing_.store(true, std::memory_order_release); }
    void spend();         // R35: no token leaves this process from here on
    void poke_renewal();  // the hot path wants a refresh ahead; no allocation
    ElapsedTime elapsed_now() noexcept { return config_.ports.clock->elapsed(); }
    // The hot path: visit(rack, place) sees the token if it is good. Codes: ok, no_live_token, session_spent.
    template <class Visit>
    Code read_token(Millis minimum, Visit visit) noexcept {
        // Before entering: reading the clock takes longer than all the rest.
        const ElapsedTime now = elapsed_now();
        bool renew = false;
        const TokenCell::Read read = cell_.read(minimum, now, renew, visit);
        if (renew || read == TokenCell::Read::too_short) [[unlikely]]
            poke_renewal();
        if (read == TokenCell::Read::ok) [[likely]]
            return Code::ok;
        return spent() ? Code::session_spent : Code::no_live_token;
    }
    // The task for the engine thread; a failed check in it closes this session and nothing else (R36).
    Engine::Tasks as_tasks(Engine::Task task);
    void post(Engine::Task task) { engine_.take(as_tasks(std::move(task))); }

    // What is to be answered, by its operation. Made on the caller's thread and merged into the core's own as the first
    // thing on the engine thread, which needs no memory: from then on whatever goes wrong answers it (R34).
    struct CallToken {};  // the op is a call waiting for its token
    struct StartOp {
        StartOptions options;
        DoneCallback done;
    };
    using Pending = std::variant<TokenCallback, DoneCallback, StartOp, CallToken>;
    using Ops = std::map<OpID, Pending>;
    using Calls = std::map<OpID, PendingCall>;
    struct JourneyAsk {
        bool known_only = false;
        std::int64_t deadline_ms = 0;
        JourneyCallback done;
    };
    // What waits for the store to be read, or not to be.
    struct LoadWaiter {
        std::variant<JourneyAsk, TextCallback> ask;
        ElapsedTime deadline;
    };
    using Loads = std::map<OpID, LoadWaiter>;
    struct Observer {
        StateCallback callback;
        std::function<void()> on_last;
    };
    using Observers = std::map<std::uint64_t, Observer>;
    using Closers = std::list<DoneCallback>;

    // engine thread
    void open();
    void get_token(OpID op, Ops& accepted, Millis minimum, std::int64_t deadline_ms);
    void start(OpID op, Ops& accepted, bool replace, std::int64_t deadline_ms);
    void adopt(OpID op, Ops& accepted, const SecretBuffer& json, bool replace);
    void end(OpID op, Ops& accepted);
    void close(Closers& accepted);
    void send(OpID op, Calls& accepted);
    void ask_loaded(OpID op, Loads& accepted);  // journey and diagnostics
    void reject(std::uint64_t generation) { feed(event::RejectAsked{generation}); }
    void cancel(OpID op);
    void notify(Hint hint) { feed(event::Hinted{hint}); }
    void subscribe(Observers& accepted);
    void unsubscribe(std::uint64_t id);

    Millis until_due() noexcept override;
    void on_due() override;
    bool poked() noexcept override {
        return renewal_poked_.load(std::memory_order_acquire) ||
               failed_elsewhere_.load(std::memory_order_acquire) != Code::ok;
    }

  private:
    using WithHeaders = std::function<void(PartnerAuth::Answer)>;
    struct Login {  // asked from the app, not answered yet
        ElapsedTime deadline;
        WithHeaders go;
    };

    void feed(const Event& event);
    void step(const Event& event);
    void guarded(const Engine::Task& task);
    void on_storage(Executor::Job job);
    void fail_soon(Code code, const char* what) noexcept;
    void broken(Code code, const char* what);
    void log_failure(Code code, const char* what) noexcept;
    void fail_everything(const Error& error);
    void carry_out(Effects& effects);
    void carry_out_one(Effect& effect);
    void give_token(OpID op, TokenSource source);
    void fail_op(OpID op, const Error& error);
    void finish_op(OpID op);
    void take_snapshot(const StateInfo& info);
    void announce(const StateInfo& info);
    void publish(const effect::Publish& publication);
    void finish_closing();
    bool loaded();
    void serve_loads();
    void serve_load(OpID op, const Error* error);
    void expire_load_waits();
    IssuedContext provider_context() const;
    ElapsedTime deadline_after(std::int64_t deadline_ms);

    // session_storage.cpp
    void load();
    void peek(std::uint64_t round);
    void run_txn(const TxnRef& work);
    Delivery make_delivery();
    void carry(const Delivery::Parcel& parcel, Engine::Tasks back);
    void attempt_on_storage(const Executor::Job& job);
    void dress(Record& record) const;
    void journal_failure(Code code);
    RefreshShape configured_shape() const;

    // session_network.cpp
    void send_refresh(const effect::SendRefresh& wanted);
    void refresh_with_headers(const effect::SendRefresh& wanted, HttpRequest request,
                              const RefreshJudgeContext& context, std::shared_ptr<Landing> landing);
    void ask_provider(const effect::AskProvider& ask);
    void ask_partner(std::uint64_t ask, const ProviderRequest& request);
    void provider_answered(std::uint64_t ask, const Stamp& sent, Result<Issued> issued);
    void with_partner_headers(bool partner_route, WithHeaders go);
    void login_answered(std::uint64_t login, const PartnerAuth::Answer& answer);
    void expire_logins();
    using Answered = std::function<void(HttpOutcome& outcome)>;
    void refresh_answered(std::uint64_t flight, const Stamp& sent, HttpOutcome& outcome,
                          const RefreshJudgeContext& context,
                          const std::shared_ptr<Landing>& landing);
    std::uint64_t begin_exchange(HttpRequest request, Answered answered);
    void cancel_exchange(std::uint64_t exchange);
    void finish_request(HttpRequest& request);
    std::string fresh_uuid();
    Now now() { return config_.ports.clock->now(); }

    // What an app is asked for comes back by this: made before it is asked, so that the answer always arrives. An app
    // that never answers keeps no session and no secret alive (R39).
    template <class Answer, class Take>
    std::function<void(Answer)> way_back(Take take);

    // session_call.cpp
    struct JourneyPlan;
    JourneyPlan plan_journey(OpID op, const JourneyAsk& ask);
    void serve_journey(OpID op, JourneyAsk ask);
    void dress_call(PendingCall& call);
    void call_token(OpID op);
    void call_failed(OpID op, const Error& error);
    void call_answered(OpID op, HttpOutcome& outcome);
    void expire_calls();
    void expire_call(OpID op);
    void finish_call(OpID op, std::shared_ptr<const CallResponse> response, const Error* error);

    // session_diagnostics.cpp
    std::string diagnostics_text();

    Engine& engine_;
    const SessionConfig config_;
    const std::string borrower_;
    TokenCell cell_;
    std::atomic<bool> spent_{false};
    std::atomic<bool> closing_{false};
    std::atomic<bool> close_completed_{false};
    std::atomic<bool> renewal_poked_{false};
    std::atomic<const char*> failed_what_{nullptr};
    std::atomic<Code> failed_elsewhere_{Code::ok};  // on a thread that could not post
    std::atomic<OpID> next_op_;
    mutable std::mutex snapshot_mutex_;
    StateInfo snapshot_;

    // engine thread only
    Machine machine_;
    TokenRef token_;
    Ops ops_;
    Calls calls_;
    Loads loads_;
    Observers observers_;
    Closers closers_;
    std::uint64_t last_login_ = 0;
    std::map<std::uint64_t, Login> logins_;
    std::uint64_t last_exchange_ = 0;
    std::map<std::uint64_t, Transport::RequestID> exchanges_;
    ElapsedTime timer_{INT64_MAX};
    std::uint64_t background_ = 0;
    bool opened_ = false;
    bool closed_ = false;
    bool feeding_ = false;
    std::deque<Event> queued_;
    Effects effects_;
    std::shared_ptr<Landing> landing_;    // while a refresh's reply is carried to the store
    const char* failed_check_ = nullptr;  // why the session closed by itself (R36)

    // storage thread only
    std::unique_ptr<RecordStore> store_;
};

}  // namespace credit

#include "tests/fleet/sdk_client.h"

#include <string>
#include <utility>

#include "core/platform_api/verdict.h"
#include "core/session/lifetime.h"
#include "tests/fleet/device.h"

namespace credit::fleet {
namespace {

constexpr const char* kBorrower = "borrower";
constexpr const char* kVerdict =
    R"({"requestID":"req_1","correlationID":"correlation","timestamp":"2026-02-02T02:40:00.000Z","data":null,)"
    R"("error":{"code":"AUTH_INVALID_SESSION","message":"simulated","retryable":false,"details":{}}})";
constexpr BootID kBoot{77};
constexpr Time kBooted = 10 * kDay;  // before the first midnight

SecretRef secret_of(char kind, std::uint32_t number) {
    return Secret::copy_of(kind + std::to_string(number));
}

std::uint32_t number_of(const SecretRef& token) {
    const std::string_view text = view_or_empty(token);
    std::uint32_t out = 0;
    for (std::size_t i = 1; i < text.size(); ++i)
        out = out * 10 + static_cast<std::uint32_t>(text[i] - '0');
    return out;
}

Issued issued_of(const Tokens& tokens) {
    Issued out;
    out.session_token = secret_of('s', tokens.session);
    out.refresh_token = secret_of('r', tokens.refresh);
    out.session_expires_at_ms = tokens.session_ends_ms;
    out.refresh_expires_at_ms = tokens.refresh_ends_ms;
    out.server_time_ms = tokens.server_time_ms;
    out.http_date_ms = tokens.server_time_ms;
    out.borrower_external_id = kBorrower;
    return out;
}

HttpOutcome outcome_of(const Reply& reply) {
    HttpOutcome out;
    out.ok = reply.kind == Reply::Kind::verdict || reply.kind == Reply::Kind::unavailable;
    out.maybe_sent = reply.kind != Reply::Kind::unsent;
    out.failure = out.maybe_sent ? HttpFailure::timeout : HttpFailure::connect;
    if (reply.kind == Reply::Kind::unavailable) {
        out.response.status = 503;
        out.response.body.append("the gateway found nobody");
    }
    if (reply.kind == Reply::Kind::verdict) {
        out.response.status = 401;
        out.response.headers.push_back({"Content-Type", "application/json"});
        out.response.body.append(kVerdict);
    }
    return out;
}

}  // namespace

SdkClient::SdkClient(Device& device, const Policy& policy, bool has_provider, bool always_ask)
    : Client(device), policy_(policy), has_provider_(has_provider), always_ask_(always_ask) {}

Now SdkClient::clocks(Time at) const {
    return {WallTime{kEpochMs + at}, ElapsedTime{kBooted + at}, kBoot};
}

Now SdkClient::clocks() const {
    return clocks(device_.now());
}

void SdkClient::install(const Tokens& tokens, Time sent) {
    stored_.version = {1, 1};
    stored_.write_seq = 1;
    stored_.pair =
        pair_from(issued_of(tokens), Stamp::of(clocks(sent)), nullptr, Record{}, policy_);
}

// A new process knows what is stored, and nothing else.
void SdkClient::start_process() {
    MachineSetup setup;
    setup.policy = policy_;
    setup.borrower_external_id = kBorrower;
    setup.has_provider = has_provider_;
    setup.has_background = true;
    setup.seed = device_.chance().bits();
    machine_ = std::make_unique<Machine>(std::move(setup));
    budget_ = std::make_unique<RetryBudget>();
    published_ = {};
    waiting_.clear();
    background_ = false;
    flight_tag_ = ask_tag_ = sign_in_tag_ = 0;
    healing_ = false;
    ++owner_;
    feed(event::Opened{});
}

void SdkClient::opened(bool fresh) {
    if (fresh || machine_ == nullptr) return start_process();
    feed(event::Hinted{Hint::foreground});
}

// As SessionCore answers a call for a token: from what is published, or through the machine.
void SdkClient::ask(std::uint64_t call) {
    const Now now = clocks();
    const bool live = published_.token != nullptr &&
                      (published_.ends.ms == INT64_MAX ||
                       published_.ends - now.elapsed >= published_.default_minimum);
    if (live && !always_ask_) {
        const bool renew = now.elapsed >= published_.renew_from;
        device_.served(call, number_of(published_.token));
        if (renew) feed(event::RefreshAheadAsked{});
        return;
    }
    if (!live) device_.holds_token(false);
    feed(event::TokenAsked{call, Millis{0}, now.elapsed + policy_.call_deadline});
}

void SdkClient::cancel(std::uint64_t call) {
    feed(event::CancelAsked{call});
}

void SdkClient::accepted(std::uint32_t session_token) {
    if (published_.token != nullptr && number_of(published_.token) == session_token)
        feed(event::CallAccepted{published_.generation});
}

void SdkClient::refused(std::uint32_t session_token) {
    if (published_.token != nullptr && number_of(published_.token) == session_token)
        feed(event::RejectAsked{published_.generation});
}

void SdkClient::timer() {
    feed(event::TimerFired{});
}

void SdkClient::network_is_back() {
    feed(event::Hinted{Hint::network_available});
}

void SdkClient::feed(const Event& event) {
    waiting_.push_back(event);
    if (feeding_ || machine_ == nullptr) return;
    feeding_ = true;
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        const Event next = std::move(waiting_[i]);
        Effects effects;
        machine_->step(next, clocks(), effects);
        // Readers see what is new before anybody is told of it.
        for (const Effect& effect : effects) {
            if (const auto* news = std::get_if<effect::Publish>(&effect)) published_ = *news;
        }
        for (const Effect& effect : effects)
            carry_out(effect);
    }
    waiting_.clear();
    feeding_ = false;
    if (published_.token != nullptr) device_.holds_token(true);
}

void SdkClient::carry_out(const Effect& effect) {
    struct Visitor {
        SdkClient& self;
        void operator()(const effect::Load&) {
            self.feed(event::Loaded{StoreAnswer::present, {}, self.stored_});
        }
        void operator()(const effect::Peek& peek) {
            self.feed(event::Peeked{peek.round, StoreAnswer::present, self.stored_.version,
                                    self.stored_.write_seq});
        }
        void operator()(const effect::RunTxn& run) { self.execute(run.work); }
        void operator()(const effect::BeginBackground&) {
            self.background_ = true;
            self.feed(event::BackgroundAnswered{true});
        }
        void operator()(const effect::EndBackground&) { self.background_ = false; }
        void operator()(const effect::SendRefresh& wanted) { self.send(wanted); }
        void operator()(const effect::AskProvider& wanted) {
            self.ask_ = wanted.ask;
            self.healing_ = wanted.healing;
            self.ask_tag_ = ++self.tag_;
            self.device_.send_start(self.ask_tag_);
        }
        void operator()(const effect::Publish&) {}
        void operator()(const effect::GiveToken& given) {
            self.device_.served(given.op, number_of(self.published_.token));
        }
        void operator()(const effect::FailOp& fail) { self.failed(fail.op, fail.error); }
        void operator()(const effect::FinishOp&) {}
        void operator()(const effect::Announce&) {}
        void operator()(const effect::SetTimer& set) {
            self.device_.wake_at(set.at.ms == INT64_MAX ? kNever : set.at.ms - kBooted);
        }
        void operator()(const effect::Spent&) {}
        void operator()(const effect::Closed&) {}
    };
    std::visit(Visitor{*this}, effect);
}

// The store takes every transaction at once: its troubles are the simulator's, not the fleet's.
void SdkClient::execute(const TxnRef& work) {
    Txn& txn = work->txn;
    txn.owner = owner_;
    const TxnPlan planned = plan(txn, StoreAnswer::present, stored_, clocks(),
                                 [this](std::uint64_t owner) { return owner != owner_; });
    TxnResult& result = work->result;
    result.id = txn.id;
    result.kind = txn.kind;
    result.outcome = planned.outcome;
    result.answer = StoreAnswer::present;
    result.busy_for = planned.busy_for;
    if (planned.write) stored_ = planned.record;
    result.record = planned.outcome == TxnOutcome::storage ? txn.proposal : planned.record;
    if (txn.kind == TxnKind::commit && planned.write) device_.obtained();
    if (txn.kind == TxnKind::heal && planned.write) device_.healed();
    feed(event::TxnDone{work});
}

// As SessionCore::send_refresh has it (R38). A key stands for the token, n and the key's epoch (R13).
void SdkClient::send(const effect::SendRefresh& wanted) {
    budget_->on_elapsed(clocks().elapsed.ms);
    flight_ = wanted.flight;
    if (wanted.is_retry && !budget_->may_retry()) {
        RefreshAnswer answer;
        answer.kind = AnswerKind::unsent;
        answer.error = Error(Code::retry_budget_exhausted, "too many refreshes failed lately");
        return feed(event::RefreshAnswered{flight_, Stamp::of(clocks()), answer, nullptr});
    }
    const std::uint32_t token = number_of(wanted.credential);
    const std::uint64_t key =
        (std::uint64_t{token} << 16) + (wanted.intent->n << 1) + wanted.intent->key_epoch + 1;
    flight_tag_ = ++tag_;
    device_.send_refresh(flight_tag_, token, key);
}

void SdkClient::replied(const Reply& reply) {
    if (reply.tag == flight_tag_) return refresh_replied(reply);
    if (reply.tag == ask_tag_) return start_replied(reply);
    if (reply.tag != sign_in_tag_) return;
    sign_in_tag_ = 0;
    if (reply.kind != Reply::Kind::tokens) return;
    feed(event::AdoptAsked{++tag_ + (std::uint64_t{1} << 40), true, Stamp::of(clocks(reply.sent)),
                           issued_of(reply.tokens)});
}

void SdkClient::refresh_replied(const Reply& reply) {
    RefreshAnswer answer;
    if (reply.kind == Reply::Kind::tokens) {
        answer.kind = AnswerKind::issued;
        answer.reachable = true;
        answer.issued = issued_of(reply.tokens);
    } else {
        RefreshJudgeContext context;
        context.correlation_id = "correlation";
        answer = judge_refresh(outcome_of(reply), context);
    }
    budget_->on_elapsed(clocks().elapsed.ms);
    if (answer.kind == AnswerKind::issued) budget_->on_success();
    if (answer.kind == AnswerKind::transient || answer.kind == AnswerKind::malformed)
        budget_->on_failure();
    feed(
        event::RefreshAnswered{flight_, Stamp::of(clocks(reply.sent)), std::move(answer), nullptr});
}

void SdkClient::start_replied(const Reply& reply) {
    event::ProviderAnswered answered;
    answered.ask = ask_;
    answered.sent = Stamp::of(clocks(reply.sent));
    answered.ok = reply.kind == Reply::Kind::tokens;
    if (answered.ok) {
        answered.issued = issued_of(reply.tokens);
    } else {
        answered.error = Error(reply.kind == Reply::Kind::unavailable ? Code::partner_unavailable
                                                                      : Code::network_unreachable,
                               "no session came");
    }
    feed(answered);
}

void SdkClient::failed(std::uint64_t call, const Error& error) {
    device_.not_served(call);
    if (code_needs_new_session(error.code)) sign_in();
}

// What is left to an app whose session is gone: the borrower signs in again, and it adopts what its backend says.
void SdkClient::sign_in() {
    if (sign_in_tag_ != 0) return;
    device_.lost();
    sign_in_tag_ = ++tag_;
    device_.send_start(sign_in_tag_);
}

}  // namespace credit::fleet

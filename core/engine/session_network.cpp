// Refreshes and session requests on the wire.
#include <array>
#include <functional>
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/refresh_shape.h"
#include "core/engine/session_core.h"
#include "core/platform_api/idempotency.h"
#include "core/platform_api/verdict.h"

namespace credit {
namespace {

constexpr std::size_t kMaxAuthReplyBytes = kMaxJsonBytes;

RefreshAnswer unsent(Code code, std::string message) {
    RefreshAnswer answer;
    answer.kind = AnswerKind::unsent;
    answer.error = Error(code, std::move(message));
    return answer;
}

// What the budget is about: answers and silences that invite another try (R38).
void count(RetryBudget& budget, const RefreshAnswer& answer, ElapsedTime now) {
    budget.on_elapsed(now.ms);
    const bool failure =
        answer.kind == AnswerKind::transient || answer.kind == AnswerKind::malformed;
    if (answer.kind == AnswerKind::issued) budget.on_success();
    if (failure) budget.on_failure();
}

}  // namespace

IssuedContext SessionCore::provider_context() const {
    const bool backend_managed = config_.settings.route == RefreshRoute::backend_managed;
    IssuedContext context;
    context.environment = config_.settings.environment;
    context.refresh_token_required = !backend_managed;
    context.drop_refresh_token = backend_managed;
    return context;
}

std::string SessionCore::fresh_uuid() {
    std::array<std::byte, 16> random{};
    config_.ports.entropy->fill(random);
    return uuid_from(random);
}

void SessionCore::finish_request(HttpRequest& request) {
    const Policy& policy = config_.settings.policy;
    const SessionSettings& settings = config_.settings;
    request.tls = config_.ports.tls;
    request.allow_http = settings.environment == Environment::test;
    request.connect_timeout = policy.connect_timeout;
    request.headers.push_back({"User-Agent", settings.user_agent.empty()
                                                 ? std::string("credit-sdk-core")
                                                 : settings.user_agent});
}

// Sends; `answered` runs on the engine thread, and nothing between the reply and it allocates (R22). 0: there was no
// memory, nothing was sent and nothing will be answered.
std::uint64_t SessionCore::begin_exchange(HttpRequest request, Answered answered) {
    struct Exchange {
        std::shared_ptr<SessionCore> core;
        std::uint64_t id;
        Answered answered;
        HttpOutcome outcome;
    };
    const std::uint64_t id = ++last_exchange_;
    try {
        auto exchange = std::make_shared<Exchange>(
            Exchange{shared_from_this(), id, std::move(answered), HttpOutcome{}});
        Engine::Tasks back;
        back.emplace_back([exchange] {
            SessionCore& core = *exchange->core;
            core.exchanges_.erase(exchange->id);
            const auto judge = [&exchange] { exchange->answered(exchange->outcome); };
            core.guarded(std::ref(judge));
        });
        auto done = [exchange, back = std::move(back)](HttpOutcome outcome) mutable {
            exchange->outcome = std::move(outcome);
            exchange->core->engine_.take(std::move(back));
        };
        exchanges_.emplace(id, 0);
        exchanges_[id] = config_.ports.transport->start(std::move(request), std::move(done));
    } catch (const std::bad_alloc&) {
        exchanges_.erase(id);
        return 0;
    }
    return id;
}

void SessionCore::cancel_exchange(std::uint64_t exchange) {
    const auto it = exchanges_.find(exchange);
    if (it != exchanges_.end()) config_.ports.transport->cancel(it->second);
}

template <class Answer, class Take>
std::function<void(Answer)> SessionCore::way_back(Take take) {
    struct Slip {
        Slip(std::weak_ptr<SessionCore> asker, Take function)
            : core(std::move(asker)), take(std::move(function)) {}
        const std::weak_ptr<SessionCore> core;
        const Take take;
        std::atomic<bool> answered{false};  // the first answer counts
        Answer answer{};
    };
    auto slip = std::make_shared<Slip>(weak_from_this(), std::move(take));
    Engine::Tasks back;
    back.emplace_back([slip] {
        const auto core = slip->core.lock();
        if (core == nullptr) return;
        const auto hand_over = [&] { slip->take(*core, slip->answer); };
        core->guarded(std::ref(hand_over));
    });
    return [slip, back = std::move(back)](Answer answer) mutable {
        const auto core = slip->core.lock();
        if (core == nullptr || slip->answered.exchange(true)) return;
        slip->answer = std::move(answer);
        core->engine_.take(std::move(back));
    };
}

// The app's own login towards its server, asked for each request (Session provider, partner's routes). An app that does
// not answer must not hold refreshing and closing for ever.
void SessionCore::with_partner_headers(bool partner_route, WithHeaders go) {
    if (!partner_route || config_.ports.partner_auth == nullptr) return go(PartnerAuth::Answer{});
    const std::uint64_t login = ++last_login_;
    logins_.emplace(login,
                    Login{elapsed_now() + config_.settings.policy.attempt_timeout, std::move(go)});
    auto answered = way_back<PartnerAuth::Answer>(
        [login](SessionCore& core, const PartnerAuth::Answer& answer) {
            core.login_answered(login, answer);
        });
    on_storage([self = shared_from_this(), answered = std::move(answered)] {
        self->config_.ports.partner_auth->headers(answered);
    });
}

// A second answer, or one that comes too late, finds nothing.
void SessionCore::login_answered(std::uint64_t login, const PartnerAuth::Answer& answer) {
    const auto it = logins_.find(login);
    if (it == logins_.end()) return;
    const WithHeaders go = std::move(it->second.go);
    logins_.erase(it);
    if (!spent()) return go(answer);
    PartnerAuth::Answer over;  // R28: nothing more goes out for a session that was ended
    over.ok = false;
    over.error = Error(Code::session_ended, "the session was ended");
    go(over);
}

void SessionCore::expire_logins() {
    const ElapsedTime current = elapsed_now();
    PartnerAuth::Answer none;
    none.ok = false;
    none.error = spare_error(Code::deadline, "partner_auth did not answer in time");
    for (auto it = logins_.begin(); it != logins_.end();) {
        const std::uint64_t id = it->first;
        if (it->second.deadline <= current) login_answered(id, none);
        it = logins_.upper_bound(id);
    }
}

void SessionCore::send_refresh(const effect::SendRefresh& wanted) {
    const std::uint64_t flight = wanted.flight;
    const auto answer_now = [&](RefreshAnswer answer) {
        feed(event::RefreshAnswered{flight, Stamp::of(now()), std::move(answer), nullptr});
    };
    RetryBudget& budget = engine_.budget();
    budget.on_elapsed(elapsed_now().ms);
    if (wanted.is_retry && !budget.may_retry()) {
        return answer_now(unsent(Code::retry_budget_exhausted,
                                 "too many refreshes of this process failed lately"));
    }
    const auto shape = decode_shape(wanted.intent->shape);
    if (!shape) return answer_now(unsent(Code::internal, "the stored request cannot be read"));
    std::shared_ptr<Landing> landing;
    try {
        landing = std::make_shared<Landing>(engine_.shared_storage(), machine_.record());
        landing->delivery = make_delivery();
    } catch (const std::bad_alloc&) {  // R22: what cannot be received is not sent
        return answer_now(unsent(Code::out_of_memory, "no memory to receive the reply"));
    }
    const RefreshJudgeContext context{config_.settings.environment, shape->route, fresh_uuid()};
    CREDIT_CHECK(wanted.intent->idempotency_key != nullptr);
    HttpRequest request =
        make_refresh_request(*shape, wanted.credential, wanted.intent->idempotency_key->view(),
                             context.correlation_id.view());
    const Policy& policy = config_.settings.policy;
    finish_request(request);
    request.fresh_connection = true;  // R15
    request.timeout = policy.attempt_timeout;
    request.max_reply_bytes = kMaxAuthReplyBytes;
    if (wanted.lease_until.ms != INT64_MAX) {
        request.send_before =
            ElapsedTime{wanted.lease_until.ms - policy.attempt_timeout.count};  // R9
    }
    refresh_with_headers(wanted, std::move(request), context, std::move(landing));
}

void SessionCore::refresh_with_headers(const effect::SendRefresh& wanted, HttpRequest request,
                                       const RefreshJudgeContext& context,
                                       std::shared_ptr<Landing> landing) {
    const std::uint64_t flight = wanted.flight;
    auto shared = std::make_shared<HttpRequest>(std::move(request));
    const bool partner_route = context.route != RefreshRoute::platform;
    with_partner_headers(partner_route, [=, this,
                                         landing = std::move(landing)](PartnerAuth::Answer auth) {
        const Stamp sent = Stamp::of(now());
        if (!auth.ok) {
            RefreshAnswer refused = unsent(auth.error.code, auth.error.message);
            if (auth.error.code == Code::partner_unauthorized)
                refused.kind = AnswerKind::unauthorized;
            return feed(event::RefreshAnswered{flight, sent, std::move(refused), nullptr});
        }
        for (const HttpHeader& header : auth.headers)
            shared->headers.push_back(header);
        if (auth.bearer != nullptr) shared->bearer = auth.bearer;
        const std::uint64_t exchange =
            begin_exchange(std::move(*shared), [=, this](HttpOutcome& outcome) {
                refresh_answered(flight, sent, outcome, context, landing);
            });
        if (exchange != 0) return;
        feed(event::RefreshAnswered{
            flight, sent, unsent(Code::out_of_memory, "no memory to send the refresh"), nullptr});
    });
}

// From here until the store has the new tokens nothing allocates (R22).
void SessionCore::refresh_answered(std::uint64_t flight, const Stamp& sent, HttpOutcome& outcome,
                                   const RefreshJudgeContext& context,
                                   const std::shared_ptr<Landing>& landing) {
    RefreshAnswer answer = judge_refresh(outcome, context, landing->reader);
    if (answer.kind == AnswerKind::issued) {
        if (answer.issued.correlation_id.empty())
            answer.issued.correlation_id = context.correlation_id;
    } else if (answer.error.correlation_id.empty()) {
        answer.error.correlation_id = context.correlation_id.view();
    }
    count(engine_.budget(), answer, elapsed_now());
    landing_ = landing;
    feed(event::RefreshAnswered{flight, sent, std::move(answer), landing->room});
    landing_ = nullptr;
}

void SessionCore::ask_provider(const effect::AskProvider& ask) {
    ProviderRequest request;
    request.borrower_external_id = borrower_;
    request.healing = ask.healing;
    request.correlation_id = fresh_uuid();
    request.idempotency_key = fresh_uuid();
    const auto op = ops_.find(ask.op);
    if (op != ops_.end()) {
        if (const auto* start = std::get_if<StartOp>(&op->second)) request.options = start->options;
    }
    if (config_.ports.provider == nullptr) return ask_partner(ask.ask, request);
    const Stamp sent = Stamp::of(now());
    auto answered = way_back<ProviderOutcome>(
        [id = ask.ask, sent](SessionCore& core, ProviderOutcome& outcome) {
            auto issued = outcome.ok ? parse_issued(outcome.json, core.provider_context())
                                     : Result<Issued>(std::move(outcome.error));
            core.provider_answered(id, sent, std::move(issued));
        });
    on_storage(
        [self = shared_from_this(), request = std::move(request), answered = std::move(answered)] {
            self->config_.ports.provider->provide(request, answered);
        });
}

void SessionCore::ask_partner(std::uint64_t ask, const ProviderRequest& wanted) {
    const std::string url = config_.settings.partner_url + config_.settings.paths.partner_session;
    auto made = make_session_request(url, wanted.borrower_external_id, wanted.options.journey_type,
                                     wanted.options.profile_json, wanted.idempotency_key,
                                     wanted.correlation_id);
    if (!made.ok()) return provider_answered(ask, Stamp::of(now()), made.error());
    auto request = std::make_shared<HttpRequest>(std::move(made).value());
    finish_request(*request);
    request->fresh_connection = true;  // R15
    request->timeout = config_.settings.policy.attempt_timeout;
    request->max_reply_bytes = kMaxAuthReplyBytes;
    with_partner_headers(true, [=, this](PartnerAuth::Answer auth) {
        const Stamp sent = Stamp::of(now());
        if (!auth.ok) return provider_answered(ask, sent, auth.error);
        for (const HttpHeader& header : auth.headers)
            request->headers.push_back(header);
        if (auth.bearer != nullptr) request->bearer = auth.bearer;
        const std::uint64_t exchange =
            begin_exchange(std::move(*request), [=, this](HttpOutcome& outcome) {
                const bool backend_managed =
                    config_.settings.route == RefreshRoute::backend_managed;
                provider_answered(
                    ask, sent,
                    judge_session_reply(outcome, config_.settings.environment, backend_managed));
            });
        if (exchange == 0)
            provider_answered(ask, sent,
                              Error(Code::out_of_memory, "no memory to send the request"));
    });
}

void SessionCore::provider_answered(std::uint64_t ask, const Stamp& sent, Result<Issued> issued) {
    event::ProviderAnswered answered;
    answered.ask = ask;
    answered.sent = sent;
    answered.ok = issued.ok();
    if (issued.ok()) {
        answered.issued = issued.value();
    } else {
        answered.error = issued.error();
    }
    feed(answered);
}

}  // namespace credit

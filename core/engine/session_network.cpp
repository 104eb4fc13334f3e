// Refreshes and session requests on the wire.
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
    const bool failure = answer.kind == AnswerKind::transient || answer.kind == AnswerKind::malformed;
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
    request.headers.push_back(
        {"User-Agent", settings.user_agent.empty() ? std::string("credit-sdk-core") : settings.user_agent});
}

// The app's own login towards its server, asked for each request (Session provider, partner's routes).
void SessionCore::with_partner_headers(bool partner_route, WithHeaders go) {
    if (!partner_route || config_.ports.partner_auth == nullptr) return go(PartnerAuth::Answer{});
    engine_.storage().run([self = shared_from_this(), go = std::move(go)] {
        self->config_.ports.partner_auth->headers([self, go](PartnerAuth::Answer answer) {
            self->engine_.post([go, answer = std::move(answer)] { go(answer); });
        });
    });
}

void SessionCore::send_refresh(const effect::SendRefresh& wanted) {
    const std::uint64_t flight = wanted.flight;
    const auto answer_now = [&](RefreshAnswer answer) {
        feed(event::RefreshAnswered{flight, Stamp::of(now()), std::move(answer)});
    };
    RetryBudget& budget = engine_.budget();
    budget.on_elapsed(elapsed_now().ms);
    if (wanted.is_retry && !budget.may_retry()) {
        return answer_now(unsent(Code::retry_budget_exhausted, "too many refreshes of this process failed lately"));
    }
    const auto shape = decode_shape(wanted.intent.shape);
    if (!shape) return answer_now(unsent(Code::internal, "the stored request cannot be read"));
    std::string correlation_id = fresh_uuid();
    CREDIT_CHECK(wanted.intent.idempotency_key != nullptr);
    HttpRequest request = make_refresh_request(*shape, wanted.credential, wanted.intent.idempotency_key->view(),
                                               correlation_id);
    const Policy& policy = config_.settings.policy;
    finish_request(request);
    request.fresh_connection = true;  // R15
    request.timeout = policy.attempt_timeout;
    request.max_reply_bytes = kMaxAuthReplyBytes;
    if (wanted.lease_until.ms != INT64_MAX) {
        request.send_before = ElapsedTime{wanted.lease_until.ms - policy.attempt_timeout.count};  // R9
    }
    refresh_with_headers(wanted, std::move(request), std::move(correlation_id), shape->route);
}

void SessionCore::refresh_with_headers(const effect::SendRefresh& wanted, HttpRequest request,
                                       std::string correlation_id, RefreshRoute route) {
    const std::uint64_t flight = wanted.flight;
    auto shared = std::make_shared<HttpRequest>(std::move(request));
    auto self = shared_from_this();
    with_partner_headers(route != RefreshRoute::platform, [=](PartnerAuth::Answer auth) {
        if (!auth.ok) {
            RefreshAnswer refused = unsent(auth.error.code, auth.error.message);
            if (auth.error.code == Code::partner_unauthorized) refused.kind = AnswerKind::unauthorized;
            return self->feed(event::RefreshAnswered{flight, Stamp::of(self->now()), std::move(refused)});
        }
        for (const HttpHeader& header : auth.headers) shared->headers.push_back(header);
        if (auth.bearer != nullptr) shared->bearer = auth.bearer;
        const Stamp sent = Stamp::of(self->now());
        const RefreshJudgeContext context{self->config_.settings.environment, route, correlation_id};
        self->config_.ports.transport->start(std::move(*shared), [=](HttpOutcome outcome) {
            RefreshAnswer answer = judge_refresh(outcome, context);
            if (answer.error.correlation_id.empty()) answer.error.correlation_id = correlation_id;
            if (answer.issued.correlation_id.empty()) answer.issued.correlation_id = correlation_id;
            self->engine_.post([=, answer = std::move(answer)] {
                count(self->engine_.budget(), answer, self->elapsed_now());
                self->feed(event::RefreshAnswered{flight, sent, answer});
            });
        });
    });
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
    engine_.storage().run([self = shared_from_this(), request = std::move(request), id = ask.ask, sent] {
        self->config_.ports.provider->provide(request, [self, id, sent](ProviderOutcome outcome) {
            auto issued = outcome.ok ? parse_issued(outcome.json, self->provider_context())
                                     : Result<Issued>(std::move(outcome.error));
            self->engine_.post([self, id, sent, issued] { self->provider_answered(id, sent, issued); });
        });
    });
}

void SessionCore::ask_partner(std::uint64_t ask, const ProviderRequest& wanted) {
    const std::string url = config_.settings.partner_url + config_.settings.paths.partner_session;
    auto made = make_session_request(url, wanted.borrower_external_id, wanted.options.journey_type,
                                     wanted.options.profile_json, wanted.idempotency_key, wanted.correlation_id);
    if (!made.ok()) return provider_answered(ask, Stamp::of(now()), made.error());
    auto request = std::make_shared<HttpRequest>(std::move(made).value());
    finish_request(*request);
    request->fresh_connection = true;  // R15
    request->timeout = config_.settings.policy.attempt_timeout;
    request->max_reply_bytes = kMaxAuthReplyBytes;
    auto self = shared_from_this();
    with_partner_headers(true, [=](PartnerAuth::Answer auth) {
        if (!auth.ok) return self->provider_answered(ask, Stamp::of(self->now()), auth.error);
        for (const HttpHeader& header : auth.headers) request->headers.push_back(header);
        if (auth.bearer != nullptr) request->bearer = auth.bearer;
        const Stamp sent = Stamp::of(self->now());
        const bool backend_managed = self->config_.settings.route == RefreshRoute::backend_managed;
        const Environment environment = self->config_.settings.environment;
        self->config_.ports.transport->start(std::move(*request), [=](HttpOutcome outcome) {
            auto issued = judge_session_reply(outcome, environment, backend_managed);
            self->engine_.post([=] { self->provider_answered(ask, sent, issued); });
        });
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

// Authorised requests: a good token first, one refresh and one repeat on a 401, nothing sent anywhere but to the platform's
// origin (R33).
#include <new>
#include <utility>

#include "core/base/check.h"
#include "core/engine/session_core.h"
#include "core/http/url.h"
#include "core/platform_api/verdict.h"

namespace credit {
namespace {

bool mutates(const std::string& method) {
    return method != "GET" && method != "HEAD";
}

HttpRequest wire_request(const CallRequest& call, const std::string& platform_url,
                         const Token& token) {
    HttpRequest request;
    request.method = call.method;
    request.url = platform_url + call.path;
    request.headers = call.headers;
    request.bearer = token.value;
    if (call.has_body) {
        request.body.append(call.body.view());
        request.headers.push_back({"Content-Type", call.content_type});
    }
    if (!call.idempotency_key.empty())
        request.headers.push_back({"Idempotency-Key", call.idempotency_key});
    request.headers.push_back({"X-Correlation-ID", call.correlation_id});
    return request;
}

// The platform's words are not trusted with the path: only unreserved characters stand for themselves.
std::string path_segment(std::string_view text) {
    static constexpr char kDigits[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            out.push_back(c);
            continue;
        }
        const auto u = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kDigits[u >> 4]);
        out.push_back(kDigits[u & 15]);
    }
    return out;
}

std::shared_ptr<CallResponse> read_response(const PendingCall& call, HttpOutcome& outcome) {
    auto response = std::make_shared<CallResponse>();
    response->http = std::move(outcome.response);
    response->envelope = read_envelope(response->http.body);
    response->attempts = call.attempts;
    response->correlation_id = response->envelope.correlation_id.empty()
                                   ? call.request.correlation_id
                                   : response->envelope.correlation_id.str();
    return response;
}

Error call_error(const PendingCall& call, const HttpOutcome& outcome) noexcept {
    try {
        Error error = transport_error(outcome);
        error.correlation_id = call.request.correlation_id;
        return error;
    } catch (const std::bad_alloc&) {
        return spare_error(Code::out_of_memory, "out of memory");
    }
}

using KnownJourney = std::optional<Journey>;

Result<KnownJourney> read_journey(const CallResponse& response) {
    const int status = response.http.status;
    if (status < 200 || status >= 300) return response_error(response.http, response.envelope);
    auto journey = parse_journey(response.http.body);
    if (!journey.ok()) return journey.error();
    return KnownJourney(std::move(journey).value());
}

void answer_journey(const JourneyCallback& done, const CallResponse* response, const Error* error) {
    if (error != nullptr) return done(std::nullopt, error);
    std::optional<Result<KnownJourney>> read;
    try {
        read = read_journey(*response);
    } catch (const std::bad_alloc&) {
        read = Result<KnownJourney>(spare_error(Code::out_of_memory, "no memory for the reply"));
    }
    if (!read->ok()) return done(std::nullopt, &read->error());
    done(read->value(), nullptr);
}

}  // namespace

void SessionCore::send(OpID op, Calls& accepted) {
    calls_.merge(accepted);
    PendingCall& call = calls_.at(op);
    call.deadline = deadline_after(call.request.deadline_ms);
    if (closed_ || spent()) {
        const Error error =
            spare_error(closed_ ? Code::closed : Code::session_ended, "the session is over");
        return finish_call(op, nullptr, &error);
    }
    dress_call(call);
    const ElapsedTime deadline = call.deadline;
    ops_.emplace(op, CallToken{});
    feed(event::TokenAsked{op, Millis{0}, deadline});
}

void SessionCore::dress_call(PendingCall& call) {
    CallRequest& kept = call.request;
    if (kept.correlation_id.empty()) kept.correlation_id = fresh_uuid();
    if (mutates(kept.method) && kept.idempotency_key.empty()) kept.idempotency_key = fresh_uuid();
    if (kept.has_body && kept.content_type.empty()) kept.content_type = "application/json";
}

// The machine handed out a token for this call.
void SessionCore::call_token(OpID op) {
    const auto it = calls_.find(op);
    if (it == calls_.end()) return;
    PendingCall& call = it->second;
    CREDIT_CHECK(token_ != nullptr && call.exchange == 0);
    try {
        HttpRequest request = wire_request(call.request, config_.settings.platform_url, *token_);
        finish_request(request);
        request.timeout = max(Millis{1}, call.deadline - elapsed_now());
        if (call.request.max_reply_bytes != 0)
            request.max_reply_bytes = call.request.max_reply_bytes;
        call.generation = token_->generation;
        call.attempts += 1;
        call.exchange = begin_exchange(
            std::move(request), [this, op](HttpOutcome& outcome) { call_answered(op, outcome); });
        if (call.exchange != 0) return;
    } catch (const std::bad_alloc&) {  // nothing was sent; costs this call, not the session
    }
    call_failed(op, spare_error(Code::out_of_memory, "no memory to send the request"));
}

void SessionCore::call_failed(OpID op, const Error& error) {
    finish_call(op, nullptr, &error);
}

void SessionCore::call_answered(OpID op, HttpOutcome& outcome) {
    const auto it = calls_.find(op);
    if (it == calls_.end()) return;  // cancelled, late or closed: somebody else finished it
    PendingCall& call = it->second;
    call.exchange = 0;
    if (!outcome.ok) {
        const Error error = call_error(call, outcome);
        return finish_call(op, nullptr, &error);
    }
    std::shared_ptr<CallResponse> response;
    try {
        response = read_response(call, outcome);
    } catch (const std::bad_alloc&) {  // a large reply costs this call, not the session
        const Error error = spare_error(Code::out_of_memory, "no memory for the reply");
        return finish_call(op, nullptr, &error);
    }
    const bool refused = rejects_session_token(response->http, response->envelope);
    if (!refused && response->envelope.present) feed(event::CallAccepted{call.generation});
    if (refused) feed(event::RejectAsked{call.generation});
    if (calls_.find(op) == calls_.end()) return;
    if (!refused || call.attempts > 1 || call.request.one_shot)
        return finish_call(op, response, nullptr);
    // Once more with the token that comes after the refused one, same key, same correlation id (R29, R33).
    ops_.emplace(op, CallToken{});
    feed(event::TokenAsked{op, Millis{0}, call.deadline});
}

void SessionCore::expire_calls() {
    const ElapsedTime current = elapsed_now();
    for (auto it = calls_.begin(); it != calls_.end();) {
        const OpID op = it->first;
        if (it->second.deadline <= current) expire_call(op);
        it = calls_.upper_bound(op);
    }
}

void SessionCore::expire_call(OpID op) {
    // Waiting for a token: the machine knows better why none came and is due at the same instant.
    if (calls_.at(op).exchange == 0 && ops_.count(op) != 0) {
        feed(event::TimerFired{});
        if (calls_.find(op) == calls_.end() || calls_.at(op).exchange != 0) return;
    }
    Error error = spare_error(Code::deadline, "no reply came in time");
    error.correlation_id = std::move(calls_.at(op).request.correlation_id);
    finish_call(op, nullptr, &error);
}

void SessionCore::finish_call(OpID op, std::shared_ptr<const CallResponse> response,
                              const Error* error) {
    const auto node = calls_.extract(op);
    if (node.empty()) return;
    const PendingCall& call = node.mapped();
    ops_.erase(op);
    cancel_exchange(call.exchange);
    if (const auto* journey = std::get_if<JourneyCallback>(&call.done))
        return answer_journey(*journey, response.get(), error);
    std::get<CallCallback>(call.done)(std::move(response), error);
}

struct SessionCore::JourneyPlan {
    Error error;  // ok: none
    std::optional<Journey> known;
    std::shared_ptr<Calls> call;  // the platform is asked
};

SessionCore::JourneyPlan SessionCore::plan_journey(OpID op, const JourneyAsk& ask) {
    JourneyPlan plan;
    plan.error.code = Code::ok;
    const StateInfo info = snapshot();
    if (info.state != PublicState::active) {
        const Code otherwise = info.state == PublicState::closed ? Code::closed : Code::no_session;
        const Code code = info.reason == Code::ok ? otherwise : info.reason;
        plan.error = spare_error(code, "there is no session to have a journey");
        return plan;
    }
    plan.known = machine_.record().journey;
    if (ask.known_only || !plan.known) return plan;
    PendingCall call;
    call.request.method = "GET";
    call.request.path =
        config_.settings.paths.journeys + "/" + path_segment(plan.known->journey_id) + "/state";
    call.request.deadline_ms = ask.deadline_ms;
    if (!check_path(call.request.path, "path").ok()) {
        plan.error = Error(Code::contract_malformed, "journeyID: cannot stand in a URL");
        return plan;
    }
    plan.call = std::make_shared<Calls>();
    plan.call->emplace(op, std::move(call));
    return plan;
}

void SessionCore::serve_journey(OpID op, JourneyAsk ask) {
    JourneyPlan plan;
    try {
        plan = plan_journey(op, ask);
    } catch (const std::bad_alloc&) {
        plan.error = spare_error(Code::out_of_memory, "out of memory");
    }
    if (plan.call != nullptr) {
        plan.call->at(op).done = std::move(ask.done);
        return send(op, *plan.call);
    }
    if (plan.error.code != Code::ok) return ask.done(std::nullopt, &plan.error);
    ask.done(plan.known, nullptr);
}

}  // namespace credit

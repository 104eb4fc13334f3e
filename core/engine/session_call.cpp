// Authorised requests: a good token first, one refresh and one repeat on a 401, nothing sent anywhere but to the platform's
// origin (R33).
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

}  // namespace

void SessionCore::send(OpID op, CallRequest request, CallCallback done) {
    if (closed_ || spent()) {
        const Error error(closed_ ? Code::closed : Code::session_ended, "the session is over");
        return done(nullptr, &error);
    }
    PendingCall& call = calls_[op];  // known from here on, so that whatever goes wrong finishes it
    call.done = std::move(done);
    call.deadline = deadline_after(request.deadline_ms);
    call.request = std::move(request);
    CallRequest& kept = call.request;
    if (kept.correlation_id.empty()) kept.correlation_id = fresh_uuid();
    if (mutates(kept.method) && kept.idempotency_key.empty()) kept.idempotency_key = fresh_uuid();
    if (kept.has_body && kept.content_type.empty()) kept.content_type = "application/json";
    const ElapsedTime deadline = call.deadline;
    ops_.emplace(op, CallToken{});
    feed(event::TokenAsked{op, Millis{0}, deadline});
}

// The machine handed out a token for this call.
void SessionCore::call_token(OpID op) {
    const auto it = calls_.find(op);
    if (it == calls_.end()) return;
    PendingCall& call = it->second;
    CREDIT_CHECK(token_ != nullptr && call.exchange == 0);
    HttpRequest request = wire_request(call.request, config_.settings.platform_url, *token_);
    finish_request(request);
    request.timeout = max(Millis{1}, call.deadline - elapsed_now());
    if (call.request.max_reply_bytes != 0) request.max_reply_bytes = call.request.max_reply_bytes;
    call.generation = token_->generation;
    call.attempts += 1;
    call.exchange = begin_exchange(
        std::move(request), [this, op](HttpOutcome& outcome) { call_answered(op, outcome); });
    if (call.exchange == 0)
        call_failed(op, Error(Code::out_of_memory, "no memory to send the request"));
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
        Error error = transport_error(outcome);
        error.correlation_id = call.request.correlation_id;
        return finish_call(op, nullptr, &error);
    }
    auto response = std::make_shared<CallResponse>();
    response->http = std::move(outcome.response);
    response->envelope = read_envelope(response->http.body);
    response->attempts = call.attempts;
    response->correlation_id = response->envelope.correlation_id.empty()
                                   ? call.request.correlation_id
                                   : response->envelope.correlation_id;
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
    std::vector<OpID> late;
    for (const auto& [op, call] : calls_) {
        if (call.deadline <= current) late.push_back(op);
    }
    for (const OpID op : late) {
        const auto it = calls_.find(op);
        if (it == calls_.end()) continue;
        // Waiting for a token: the machine knows better why none came and is due at the same instant.
        if (it->second.exchange == 0 && ops_.count(op) != 0) {
            feed(event::TimerFired{});
            if (calls_.find(op) == calls_.end() || calls_.at(op).exchange != 0) continue;
        }
        Error error(Code::deadline, "no reply came in time");
        error.correlation_id = it->second.request.correlation_id;
        finish_call(op, nullptr, &error);
    }
}

void SessionCore::finish_call(OpID op, std::shared_ptr<const CallResponse> response,
                              const Error* error) {
    const auto it = calls_.find(op);
    if (it == calls_.end()) return;
    PendingCall call = std::move(it->second);
    calls_.erase(it);
    ops_.erase(op);
    cancel_exchange(call.exchange);
    call.done(std::move(response), error);
}

void SessionCore::journey(OpID op, bool known_only, std::int64_t deadline_ms,
                          JourneyCallback done) {
    when_loaded(op, deadline_after(deadline_ms),
                [=, this, done = std::move(done)](const Error* error) {
                    if (error != nullptr) return done(std::nullopt, error);
                    loaded_journey(op, known_only, deadline_ms, done);
                });
}

void SessionCore::loaded_journey(OpID op, bool known_only, std::int64_t deadline_ms,
                                 const JourneyCallback& done) {
    const StateInfo info = snapshot();
    if (info.state != PublicState::active) {
        const Code otherwise = info.state == PublicState::closed ? Code::closed : Code::no_session;
        const Code code = info.reason == Code::ok ? otherwise : info.reason;
        const Error error(code, "there is no session to have a journey");
        return done(std::nullopt, &error);
    }
    const std::optional<Journey> known = machine_.record().journey;
    if (known_only || !known) return done(known, nullptr);
    CallRequest request;
    request.method = "GET";
    request.path =
        config_.settings.paths.journeys + "/" + path_segment(known->journey_id) + "/state";
    if (!check_path(request.path, "path").ok()) {
        const Error error(Code::contract_malformed, "journeyID: cannot stand in a URL");
        return done(std::nullopt, &error);
    }
    request.deadline_ms = deadline_ms;
    send(op, std::move(request),
         [done](std::shared_ptr<const CallResponse> response, const Error* error) {
             if (error != nullptr) return done(std::nullopt, error);
             const int status = response->http.status;
             if (status < 200 || status >= 300) {
                 const Error refused = response_error(response->http, response->envelope);
                 return done(std::nullopt, &refused);
             }
             const auto journey = parse_journey(response->http.body);
             if (!journey.ok()) return done(std::nullopt, &journey.error());
             done(journey.value(), nullptr);
         });
}

}  // namespace credit

// Which answer means what: the one place where a reply is judged (R16, R23; reliability table 2.7).
#pragma once

#include "core/platform_api/contract.h"
#include "core/platform_api/reply_room.h"
#include "core/ports/transport.h"

namespace credit {

struct RefreshJudgeContext {
    Environment environment = Environment::test;
    RefreshRoute route = RefreshRoute::platform;
    TraceID correlation_id;  // ours: an envelope with another one is no verdict
};

// Judges the outcome of a refresh. What the fields of an answer promise beyond their names:
// - `dead` needs all of: a well-formed platform envelope with a terminal code, status 400 or 401
// (on the partner's routes,
//   inside `details`, any 4xx that has no meaning of its own), and our correlation id or none.
// - `issued` may lack a refresh token: the server kept the old one, or the route is
// backend-managed, where one that comes
//   is dropped unread.
// - `reachable` is true for answers of the platform, the partner or a gateway in front of them;
// false for what a captive
//   portal, a proxy or a firewall may have said (4xx without an envelope, 3xx, 407, 511, a 2xx that
//   is not JSON).
// - `body_digest` is given for 5xx and 422 whose envelope has a requestID, which tells a cached
// answer from two equal
//   ones; 0 otherwise.
// With a `room`, a reply that brings tokens is judged without allocating (R22).
RefreshAnswer judge_refresh(const HttpOutcome& outcome, const RefreshJudgeContext& context);
RefreshAnswer judge_refresh(const HttpOutcome& outcome, const RefreshJudgeContext& context,
                            ReplyRoom& room);

// Judges the partner's answer to a session request: the tokens, or why not. 401/403 of the partner:
// partner_unauthorized; (with a platform error in `details`, whose fault it then is:
// partner_refused); other 4xx: partner_refused; 408, 409, 425, 429, 5xx and what the platform calls
// retryable: partner_unavailable; no answer: a network code. The platform's code, request and
// correlation ids are taken from `details`.
Result<Issued> judge_session_reply(const HttpOutcome& outcome, Environment environment,
                                   bool backend_managed);

// A failed transport as an Error: network_*, tls_failed, pin_mismatch, clock_wrong,
// reply_too_large, ...
Error transport_error(const HttpOutcome& outcome);

// True when this reply of an authorised call says that its session token is not good any more: 401
// with a platform envelope (R29).
bool rejects_session_token(const HttpResponse& response, const Envelope& envelope) noexcept;

// The error an app gets for an authorised call that the platform answered with a non-2xx status is
// NOT an Error of the SDK: it is the response. This fills the error fields for logs.
Error response_error(const HttpResponse& response, const Envelope& envelope);

}  // namespace credit

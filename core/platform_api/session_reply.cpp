// The partner's answer to a session request.
#include "core/platform_api/reply_errors.h"
#include "core/platform_api/verdict.h"

namespace credit {
namespace {

Result<Issued> accept(const HttpResponse& response, Environment environment, bool backend_managed) {
    if (is_compressed(response)) {
        return bare_error(Code::contract_compressed, response, "the body is compressed, unasked");
    }
    const IssuedContext context{environment, !backend_managed, backend_managed, false};
    Result<Issued> result = parse_issued(response.body, context);
    if (!result.ok()) {
        Error error = result.error();
        error.http_status = response.status;
        return error;
    }
    note_date(response, result.value());
    if (const Status fresh = check_not_expired(result.value()); !fresh.ok()) {
        Error error = fresh.error();
        error.http_status = response.status;
        return error;
    }
    return result;
}

// 409 on a replay means that the first request still runs, or has an unknown outcome; both are
// worth another try.
bool may_pass(int status) noexcept {
    return status == 408 || status == 409 || status == 425 || status == 429 || status >= 500 ||
           status < 200;
}

bool has_platform_error(const PartnerReply& reply) noexcept {
    return reply.details.present && reply.details.has_error;
}

Code refusal_code(int status, const PartnerReply& reply) noexcept {
    const bool platform = has_platform_error(reply);
    if (platform && reply.details.retryable) return Code::partner_unavailable;
    const bool settled_conflict = status == 409 && platform && reply.details.retryable_given;
    if (may_pass(status) && !settled_conflict) return Code::partner_unavailable;
    // With the platform's error inside, the partner's own login is not what failed.
    const bool login = (status == 401 || status == 403) && !platform;
    return login ? Code::partner_unauthorized : Code::partner_refused;
}

Error refuse(const HttpResponse& response) {
    const PartnerReply reply = read_partner_reply(response.body);
    const Code code = refusal_code(response.status, reply);
    if (has_platform_error(reply)) return reply_error(code, response, reply.details);
    const bool explained = !reply.message.empty();
    return bare_error(code, response,
                      explained ? reply.message : "the partner's server gave no reason");
}

}  // namespace

Result<Issued> judge_session_reply(const HttpOutcome& outcome, Environment environment,
                                   bool backend_managed) {
    if (!outcome.ok) return transport_error(outcome);
    const HttpResponse& response = outcome.response;
    if (is_success(response.status)) return accept(response, environment, backend_managed);
    if (is_redirect(response.status)) {
        return bare_error(Code::redirect_refused, response, "redirects are not followed");
    }
    return refuse(response);
}

}  // namespace credit

// The decision table of a refresh. Rows in the order in which they are asked; the first that fits
// decides.
#include "core/platform_api/verdict.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/check.h"
#include "core/base/mutant.h"
#include "core/platform_api/reply_errors.h"

namespace credit {
namespace {

// Codes after which the platform will never accept this refresh token again (R23). The middle two
// are those of its retired API, the last is OAuth's. A wrong scope or API key is somebody's
// mistake, not the session's death.
constexpr std::array<std::string_view, 4> kTerminal = {"AUTH_INVALID_SESSION", "TOKEN_REUSED",
                                                       "TOKEN_EXPIRED", "invalid_grant"};
// Codes that pass, for replies that do not say `retryable`.
constexpr std::array<std::string_view, 3> kPassing = {"RATE_LIMITED", "UPSTREAM_TEMPORARY_FAILURE",
                                                      "ASYNC_OPERATION_PENDING"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& codes, std::string_view code) noexcept {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

RefreshAnswer answer(AnswerKind kind, Error error, bool reachable) {
    RefreshAnswer out;
    out.kind = kind;
    out.retry_after_ms = error.retry_after_ms;
    out.reachable = reachable;
    out.error = std::move(error);
    return out;
}

RefreshAnswer judge_failure(const HttpOutcome& outcome) {
    const bool unsent = !outcome.maybe_sent || outcome.failure == HttpFailure::lease_lapsed;
    if (unsent) return answer(AnswerKind::unsent, transport_error(outcome), false);
    // The server answered, only not with what we can take.
    const bool too_large = outcome.failure == HttpFailure::reply_too_large;
    return answer(too_large ? AnswerKind::malformed : AnswerKind::transient,
                  transport_error(outcome), too_large);
}

std::int64_t digest_of(const HttpResponse& response) {
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash_state state;
    crypto_generichash_init(&state, nullptr, 0, hash.size());
    const std::string status = std::to_string(response.status) + "\n";
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(status.data()),
                              status.size());
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(response.body.data()),
                              response.body.size());
    crypto_generichash_final(&state, hash.data(), hash.size());
    std::int64_t digest = 0;
    std::memcpy(&digest, hash.data(), sizeof digest);
    return digest | 1;  // 0 means: no digest
}

// One reply that is no success, seen from its route.
class Refusal {
  public:
    Refusal(const HttpResponse& response, const RefreshJudgeContext& context)
        : response_(response),
          context_(context),
          status_(response.status),
          platform_(context.route == RefreshRoute::platform) {
        if (platform_) {
            envelope_ = read_envelope(response.body);
        } else {
            partner_ = read_partner_reply(response.body);
            envelope_ = partner_.details;
        }
        enveloped_ = envelope_.present && envelope_.has_error;
    }

    RefreshAnswer judge() const {
        RefreshAnswer out = is_client_error(status_) ? client_error() : no_client_error();
        if (enveloped_ && !envelope_.request_id.empty() && (status_ >= 500 || status_ == 422)) {
            out.body_digest = digest_of(response_);
        }
        return out;
    }

  private:
    RefreshAnswer no_client_error() const {
        if (is_redirect(status_)) {
            return answer(
                AnswerKind::refused,
                bare_error(Code::redirect_refused, response_, "redirects are not followed"), false);
        }
        if (mutant(Mutant::server_error_means_dead) && status_ == 500)
            return say(AnswerKind::dead, Code::session_dead, true);
        if (status_ == 511) return from_the_way("the network asks for a login");
        return say(AnswerKind::transient, server_code(), true);
    }

    RefreshAnswer client_error() const {
        switch (status_) {
            case 407:
                return from_the_way("a proxy asks for a login");
            case 408:
            case 425:
                return say(AnswerKind::transient, server_code(), true);
            case 429:
                return say(AnswerKind::transient, Code::rate_limited, true);
            case 409:
                return say(AnswerKind::in_progress, server_code(), true);
            default:
                return enveloped_ ? platform_error() : bare_client_error();
        }
    }

    // A 4xx with the platform's word on it.
    RefreshAnswer platform_error() const {
        if (status_ == 422) return say(AnswerKind::key_mismatch, refused_code(), true);
        if (contains(kTerminal, envelope_.error_code)) return terminal_error();
        const bool passes = envelope_.retryable_given ? envelope_.retryable
                                                      : contains(kPassing, envelope_.error_code);
        if (passes) return say(AnswerKind::transient, server_code(), true);
        return say(AnswerKind::refused, refused_code(), true);
    }

    RefreshAnswer terminal_error() const {
        // Another correlation id: this answer was given to another request, a cache's or a proxy's
        // mistake.
        if (!correlation_fits()) return say(AnswerKind::transient, server_code(), true);
        const bool verdict = !platform_ || status_ == 400 || status_ == 401;
        return verdict ? say(AnswerKind::dead, Code::session_dead, true)
                       : say(AnswerKind::refused, refused_code(), true);
    }

    // A 4xx that the platform did not speak in.
    RefreshAnswer bare_client_error() const {
        if (platform_) return from_the_way("no envelope of the platform");
        if (status_ == 401 || status_ == 403) {
            return say(AnswerKind::unauthorized, Code::partner_unauthorized, true);
        }
        if (!partner_.present) return from_the_way("not the partner's kind of error");
        return say(AnswerKind::refused, refused_code(), true);
    }

    bool correlation_fits() const noexcept {
        return !envelope_.correlation_given || envelope_.correlation_id == context_.correlation_id;
    }

    Code server_code() const noexcept {
        return platform_ ? Code::server_error : Code::partner_unavailable;
    }

    Code refused_code() const noexcept {
        return platform_ ? Code::platform_refused : Code::partner_refused;
    }

    // Said by something between us and the server: everything is kept, and it does not count as an
    // answer.
    RefreshAnswer from_the_way(std::string_view text) const {
        return answer(AnswerKind::transient, bare_error(Code::network_unreachable, response_, text),
                      false);
    }

    RefreshAnswer say(AnswerKind kind, Code code, bool reachable) const {
        if (enveloped_) return answer(kind, reply_error(code, response_, envelope_), reachable);
        const bool explained = !partner_.message.empty();
        return answer(kind,
                      bare_error(code, response_, explained ? partner_.message : "no reason given"),
                      reachable);
    }

    const HttpResponse& response_;
    const RefreshJudgeContext& context_;
    int status_;
    bool platform_;
    Envelope envelope_;     // on the partner's routes: the one inside `details`
    PartnerReply partner_;  // on the partner's routes
    bool enveloped_ = false;
};

RefreshAnswer judge_success(const HttpResponse& response, const RefreshJudgeContext& context,
                            ReplyRoom& room) {
    if (is_compressed(response)) {
        Error error =
            bare_error(Code::contract_compressed, response, "the body is compressed, unasked");
        return answer(AnswerKind::malformed, std::move(error), true);
    }
    const bool backend_managed = context.route == RefreshRoute::backend_managed;
    Result<Issued> parsed = parse_issued(
        response.body, IssuedContext{context.environment, false, backend_managed, true}, room);
    if (!parsed.ok()) {
        Error error = parsed.error();
        error.http_status = response.status;
        error.retry_after_ms = retry_after_ms(response);
        const bool reachable = error.code != Code::contract_not_json;
        return answer(AnswerKind::malformed, std::move(error), reachable);
    }
    RefreshAnswer out;
    out.kind = AnswerKind::issued;
    out.reachable = true;
    out.issued = std::move(parsed).value();
    note_date(response, out.issued);
    return out;
}

}  // namespace

RefreshAnswer judge_refresh(const HttpOutcome& outcome, const RefreshJudgeContext& context) {
    ReplyRoom room(ReplyRoom::Size::as_needed);
    return judge_refresh(outcome, context, room);
}

RefreshAnswer judge_refresh(const HttpOutcome& outcome, const RefreshJudgeContext& context,
                            ReplyRoom& room) {
    if (!outcome.ok) return judge_failure(outcome);
    if (is_success(outcome.response.status)) return judge_success(outcome.response, context, room);
    return Refusal(outcome.response, context).judge();
}

}  // namespace credit

#include "partner_backend/session_minter.h"

#include "partner_backend/json_text.h"
#include "partner_backend/platform_failure.h"
#include "server_kit/ids.h"

namespace credit::partner {

using nlohmann::json;

namespace {
constexpr const char* kFailed = "Platform session bootstrap failed.";
}

KeptSession kept_from(const PlatformReply& reply) {
    KeptSession session;
    session.session_token = reply.data().at("sessionToken");
    session.refresh_token = reply.data().at("refreshToken");
    session.session_expires_at = reply.data().at("sessionExpiresAt");
    session.dies_at_ms = reply.sent_at_ms + session_life_ms(reply);
    return session;
}

Answer SessionMinter::mint(const Caller& caller, const json& request) {
    const std::string key =
        caller.idempotency_key.empty() ? kit::new_uuid() : caller.idempotency_key;
    const PlatformReply reply = parts_.platform.create_session(request, key, caller.correlation_id);
    if (!carries_pair(reply)) return platform_failure(parts_.platform, reply, kFailed);
    if (string_field(reply.data(), "borrowerExternalID") != caller.borrower) {
        // Somebody else's session must not reach this app, whoever mixed them up.
        parts_.audit.add("platform_named_another_borrower", caller.borrower, "",
                         caller.correlation_id);
        return refused(502, kFailed);
    }
    const RefreshMode mode = parts_.settings.refresh_mode;
    write_down(caller, request, reply, mode);
    Answer answer;
    answer.body = flat_session(reply, parts_.settings.shape, mode);
    answer.request_id = reply.request_id();
    answer.journey_id = parts_.borrowers.journey_id_of(caller.borrower);
    return answer;
}

void SessionMinter::write_down(const Caller& caller, const json& request,
                               const PlatformReply& reply, RefreshMode mode) {
    parts_.borrowers.update(caller.borrower, reply.data(),
                            string_field(request, "journeyType").value_or(""));
    const KeptSession pair = kept_from(reply);
    // The platform replayed an old reply to a repeated key: the pair kept since is the newer one.
    const bool replayed = parts_.owners.owner_of(pair.refresh_token).has_value() &&
                          parts_.kept.find(caller.borrower).has_value();
    parts_.owners.record(pair.refresh_token, caller.borrower,
                         string_field(reply.data(), "refreshExpiresAt"));
    if (mode == RefreshMode::backend && !replayed) parts_.kept.replace(caller.borrower, pair);
}

}  // namespace credit::partner

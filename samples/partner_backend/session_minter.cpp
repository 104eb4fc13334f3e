#include "partner_backend/session_minter.h"

#include "partner_backend/json_text.h"
#include "partner_backend/platform_failure.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

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
    const std::int64_t wait_ms = parts_.limits.wait_ms(caller.borrower, key);
    if (wait_ms > 0) {
        parts_.audit.add("mint_limited", caller.borrower, "", caller.correlation_id);
        return too_many(wait_ms, caller.correlation_id);
    }
    const PlatformReply reply = parts_.platform.create_session(request, key, caller.correlation_id);
    parts_.crash_points.reached("session_replied");
    if (!carries_pair(reply)) return platform_failure(parts_.platform, reply, kFailed);
    const std::string why = objection(caller, reply);
    if (!why.empty()) {
        parts_.audit.add(why, caller.borrower, "", caller.correlation_id, reply.request_id());
        return refused(502, kFailed);
    }
    const RefreshMode mode = parts_.settings.refresh_mode;
    write_down(caller, request, reply, mode);
    parts_.crash_points.reached("session_committed");
    Answer answer;
    answer.body = flat_session(reply, parts_.settings.shape, mode);
    answer.request_id = reply.request_id();
    answer.journey_id = parts_.borrowers.journey_id_of(caller.borrower);
    return answer;
}

std::string SessionMinter::objection(const Caller& caller, const PlatformReply& reply) const {
    // Somebody else's session must not reach this app, whoever mixed them up.
    if (string_field(reply.data(), "borrowerExternalID") != caller.borrower) {
        return "platform_named_another_borrower";
    }
    const std::string other = name_of(
        parts_.settings.environment == Environment::test ? Environment::live : Environment::test);
    if (string_field(reply.data(), "sessionToken")->starts_with("st_" + other + "_") ||
        string_field(reply.data(), "refreshToken")->starts_with("rt_" + other + "_")) {
        return "platform_sent_another_environment";
    }
    // By the platform's own clock. In client mode the app judges what it is handed.
    const auto now = kit::parse_iso8601(reply.timestamp());
    const auto expiry =
        kit::parse_iso8601(string_field(reply.data(), "sessionExpiresAt").value_or(""));
    if (parts_.settings.refresh_mode == RefreshMode::backend && now && expiry && *expiry <= *now) {
        return "platform_sent_an_expired_session";
    }
    return {};
}

void SessionMinter::write_down(const Caller& caller, const json& request,
                               const PlatformReply& reply, RefreshMode mode) {
    const KeptSession pair = kept_from(reply);
    Write all(parts_.shared);
    parts_.borrowers.update(caller.borrower, reply.data(),
                            string_field(request, "journeyType").value_or(""),
                            kit::parse_iso8601(reply.timestamp()));
    // The platform replayed an old reply to a repeated key: the pair kept since is the newer one.
    const bool replayed = parts_.owners.owner_of(pair.refresh_token).has_value() &&
                          parts_.kept.find(caller.borrower).has_value();
    parts_.owners.record(pair.refresh_token, caller.borrower,
                         string_field(reply.data(), "refreshExpiresAt"));
    if (mode == RefreshMode::backend && !replayed) parts_.kept.replace(caller.borrower, pair);
    parts_.audit.add(replayed ? "session_replayed" : "session_minted", caller.borrower,
                     parts_.borrowers.journey_id_of(caller.borrower), caller.correlation_id,
                     reply.request_id());
    parts_.crash_points.reached("session_storing");
    all.commit();
}

}  // namespace credit::partner

#include "sandbox/refresh.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sandbox/envelope.h"
#include "sandbox/idempotency.h"
#include "sandbox/tokens.h"

namespace credit::sandbox {

namespace {

bool looks_at_key_first(RefreshModel model) {
    return model == RefreshModel::replay || model == RefreshModel::keeps_refresh_token;
}

nlohmann::json body_object(const Call& call) {
    if (call.body.empty()) return nlohmann::json::object();
    auto body = nlohmann::json::parse(call.body, nullptr, false);
    if (!body.is_object()) throw invalid_field("body", "The body must be a JSON object or empty.");
    return body;
}

[[noreturn]] void refuse(Work& work, const Token& token, const std::string& verdict) {
    note_use(work, token, verdict);
    throw invalid_session();
}

[[noreturn]] void refuse_reuse(Work& work, const Token& token, bool ends_family) {
    work.call.effect = "reuse";
    if (ends_family) revoke_family(work.database, token.family, "reuse", work.call.now_ms);
    refuse(work, token, "reuse");
}

// True if nobody has gone on from what this token was changed into, and the grace time runs.
bool in_grace(Work& work, const Token& spent, const std::vector<Token>& next) {
    const bool in_time = work.call.now_ms - spent.changed_at_ms < work.settings.grace_ms;
    return in_time && !next.empty() && std::all_of(next.begin(), next.end(), [](const Token& t) {
               return t.state == "active";
           });
}

Pair graceful_pair(Work& work, const Token& spent) {
    const auto next = children(work.database, spent);
    if (!in_grace(work, spent, next)) refuse_reuse(work, spent, true);
    work.call.effect = "grace";
    note_use(work, spent, "grace");
    if (work.settings.model == RefreshModel::grace_fork) return issue_next_pair(work, spent);
    const auto session = session_of(work.database, next.back());
    if (!session) refuse_reuse(work, spent, true);
    return {*session, next.back()};
}

Pair second_use(Work& work, const Token& spent) {
    switch (work.settings.model) {
        case RefreshModel::grace_fork:
        case RefreshModel::grace_same:
            return graceful_pair(work, spent);
        case RefreshModel::replay:
        case RefreshModel::strict_family:
            refuse_reuse(work, spent, true);
        case RefreshModel::auth_first:
            refuse_reuse(work, spent, work.settings.auth_first_revokes_family);
        case RefreshModel::strict:
        case RefreshModel::keeps_refresh_token:
            break;
    }
    refuse_reuse(work, spent, false);
}

Pair first_use(Work& work, const Token& token) {
    if (work.settings.model == RefreshModel::keeps_refresh_token) {
        work.call.effect = "kept";
        note_use(work, token, "kept");
        return issue_session_for(work, token);
    }
    work.call.effect = "rotation";
    note_use(work, token, "rotated");
    mark_rotated(work, token);
    return issue_next_pair(work, token);
}

Token authenticated(Work& work, const std::string& value) {
    auto token = find_token(work.database, value);
    if (!token) throw invalid_session();
    if (token->kind != "refresh") refuse(work, *token, "wrong_kind");
    if (token->family_state != "active" || token->state == "revoked") {
        refuse(work, *token, "revoked");
    }
    if (token->expires_at_ms <= work.call.now_ms) refuse(work, *token, "expired");
    return *token;
}

std::optional<Reply> replay_before_authentication(Work& work, const std::string& value) {
    auto stored = stored_reply(work, value);
    const auto token = stored ? find_token(work.database, value) : std::nullopt;
    if (token) note_use(work, *token, "replay");
    return stored;
}

// Where authentication comes first a stored success is never given out again, but an error that
// the platform has cached is.
std::optional<Reply> cached_error(Work& work, const std::string& value) {
    auto stored = stored_reply(work, value);
    if (stored && stored->status >= 400) return stored;
    work.call.effect = "none";
    return std::nullopt;
}

}  // namespace

std::string refresh_credential(const Call& call) {
    const auto body = body_object(call);
    if (call.authorization) {
        const auto token = bearer(call);
        if (!token) throw invalid_session();
        return *token;
    }
    for (const char* field : {"refreshToken", "refresh_token"}) {
        const auto found = body.find(field);
        if (found != body.end() && found->is_string()) return found->get<std::string>();
    }
    throw invalid_session();
}

Reply refresh(Work& work, const Reply* instead) {
    const std::string value = refresh_credential(work.call);
    const bool key_first = looks_at_key_first(work.settings.model);
    if (key_first) {
        if (auto stored = replay_before_authentication(work, value)) return *stored;
    }
    const Token token = authenticated(work, value);
    const bool spent = token.state == "rotated";
    if (!key_first && !spent) {
        if (auto stored = cached_error(work, value)) return *stored;
    }
    const Pair pair = spent ? second_use(work, token) : first_use(work, token);
    const Reply reply = success(work.call, pair_json(pair));
    remember(work, value, instead != nullptr ? *instead : reply);
    return reply;
}

}  // namespace credit::sandbox

#include "sandbox/authentication.h"

#include "sandbox/api_keys.h"
#include "sandbox/envelope.h"
#include "sandbox/refresh.h"

namespace credit::sandbox {

namespace {

[[noreturn]] void refuse(Work& work, const Token& token, const char* verdict) {
    note_use(work, token, verdict);
    throw invalid_session();
}

}  // namespace

std::string presented_api_key(const Call& call) {
    if (call.authorization) return bearer(call).value_or("");
    return call.api_key.value_or("");
}

Application authenticated_application(Work& work) {
    auto application = application_of_key(work.database, work.environment,
                                          presented_api_key(work.call), work.call.arrived_ms);
    if (!application) throw invalid_api_key();
    return *application;
}

Token authenticated_session(Work& work) {
    const auto value = bearer(work.call);
    if (!value) throw invalid_session();
    auto token = find_token(work.database, *value);
    if (!token) throw invalid_session();
    if (token->kind != "session") refuse(work, *token, "wrong_kind");
    if (token->family_state != "active") refuse(work, *token, "revoked");
    if (token->state != "active") refuse(work, *token, token->state.c_str());
    if (token->expires_at_ms <= work.call.now_ms) refuse(work, *token, "expired");
    note_use(work, *token, "accepted");
    return *token;
}

std::optional<std::string> application_scope(Work& work) {
    const auto application = application_of_key(work.database, work.environment,
                                                presented_api_key(work.call), work.call.arrived_ms);
    if (!application) return std::nullopt;
    return "application " + application->id;
}

std::optional<std::string> call_scope(Work& work) {
    if (work.call.route == Route::sessions || work.call.route == Route::not_simulated_backend) {
        return application_scope(work);
    }
    const auto value =
        work.call.route == Route::refresh ? refresh_credential(work.call) : bearer(work.call);
    const auto token = value ? find_token(work.database, *value) : std::nullopt;
    if (!token) return std::nullopt;
    return "borrower " + token->borrower_id;
}

std::string credential_scope(Work& work) {
    if (work.call.route == Route::refresh) return refresh_credential(work.call);
    return call_scope(work).value_or("unknown");
}

}  // namespace credit::sandbox

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// What a bootstrap token is good for, and all that comes of it.
struct HostedSession {
    std::string id;
    std::string tenant_id;
    std::string application_id;
    std::string borrower_id;
    std::string borrower_provider_id;
    std::string journey_id;
    std::string journey_type;
    std::string state;  // minted, open or ended
};

struct BootstrapToken {
    std::string value;
    std::int64_t expires_at_ms = 0;
};

// On the sandbox's clock.
constexpr std::int64_t bootstrap_ttl_ms = 120'000;
constexpr std::int64_t hosted_access_ttl_ms = 300'000;
constexpr std::int64_t hosted_refresh_ttl_ms = 86'400'000;

// A new hosted session, not opened yet, and the one-time token that opens it.
BootstrapToken mint_bootstrap_token(Work& work, const HostedSession& scope);

// Spends the token: it opens its session once and within its time, whoever else tries. Throws a
// Refusal with AUTH_INVALID_SESSION.
HostedSession spend_bootstrap_token(Work& work, const std::string& token);

// The borrower of whichever token of the page a call carries, in its header or its body, as a scope.
// Nothing if nobody knows the token; it is not spent.
std::optional<std::string> page_scope(Work& work);

// The session of the access token the call carries. Throws a Refusal with AUTH_INVALID_SESSION.
HostedSession authenticated_page(Work& work);

// The session whose refresh token this is; the token is spent. A spent one that comes again ends
// the session. Throws a Refusal with AUTH_INVALID_SESSION.
HostedSession spend_hosted_refresh(Work& work, const std::string& token);

// A new pair for the page: accessToken, accessExpiresAt, refreshToken, refreshExpiresAt. The access
// token it had before ends.
nlohmann::ordered_json issue_hosted_pair(Work& work, const HostedSession& session);

void end_hosted_session(Work& work, const HostedSession& session);

}  // namespace credit::sandbox

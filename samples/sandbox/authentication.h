#pragma once

#include <optional>
#include <string>

#include "sandbox/applications.h"
#include "sandbox/tokens.h"
#include "sandbox/work.h"

namespace credit::sandbox {

// The API key a call carries, in either header; empty if none.
std::string presented_api_key(const Call& call);

// The application the call's API key belongs to. Throws a Refusal with AUTH_INVALID_API_KEY.
Application authenticated_application(Work& work);

// The session token the call carries, accepted. Throws a Refusal with AUTH_INVALID_SESSION.
Token authenticated_session(Work& work);

// The application of the call's API key, as a scope. Nothing if nobody knows the key.
std::optional<std::string> application_scope(Work& work);

// Whom a call is for: the borrower of its token, or the application of its API key. Nothing if
// nobody knows the credential.
std::optional<std::string> call_scope(Work& work);

// What a stored reply is bound to: the scope of the call and not its credential, so that whoever
// rotates a key or a token between two attempts at the same call gets the same answer. For a
// refresh, it is the token. Throws a Refusal where a refresh has none.
std::string credential_scope(Work& work);

}  // namespace credit::sandbox

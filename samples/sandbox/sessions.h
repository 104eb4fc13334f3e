#pragma once

#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// The API key a call carries, in either header; empty if none.
std::string presented_api_key(const Call& call);

// POST /sessions: creates the borrower or resumes it, with a new family of tokens.
Reply create_session(Work& work, const Reply* instead);

}  // namespace credit::sandbox

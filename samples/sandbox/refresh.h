#pragma once

#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// The token a refresh is made with: the bearer, or a field of the body if there is none.
// Throws a Refusal if there is neither.
std::string refresh_credential(const Call& call);

// POST /sessions/refresh under the model of the settings. `instead`, if given, is what is stored
// under the key in place of the true reply.
Reply refresh(Work& work, const Reply* instead);

}  // namespace credit::sandbox

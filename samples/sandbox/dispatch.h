#pragma once

#include "sandbox/envelope.h"
#include "sandbox/work.h"

namespace credit::sandbox {

// Whether the call's path takes its method; 405 where it does not.
bool takes_method(const Call& call);
Refusal wrong_method();

// Handles the call by the route of its path. `instead` as in refresh.h. Throws a Refusal.
Reply dispatch(Work& work, const Reply* instead);

}  // namespace credit::sandbox

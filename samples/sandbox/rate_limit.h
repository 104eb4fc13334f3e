#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// Counts the call for its borrower, or its application for POST /sessions. Throws a Refusal with
// RATE_LIMITED, and the time to wait, once there are more in a minute than the settings allow.
// Calls whose credential nobody knows are not counted: they are refused anyway.
void count_call(Work& work);

}  // namespace credit::sandbox

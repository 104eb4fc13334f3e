#pragma once

#include <optional>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// Counts the call for its borrower or its application, whichever `scope_of` names: the one of a
// borrower is shared by the app and the hosted page. Throws a Refusal with RATE_LIMITED, and the
// time to wait, once there are more in a minute than the settings allow. Calls whose credential
// nobody knows are not counted: they are refused anyway.
void count_call(Work& work, std::optional<std::string> (*scope_of)(Work&));

}  // namespace credit::sandbox

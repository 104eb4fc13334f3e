#pragma once

#include <optional>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// The reply stored under the call's key, if this is the same call again. Throws a Refusal with 422
// if the key belongs to another call and with 409 while the first call is still being handled.
std::optional<Reply> stored_reply(Work& work, const std::string& credential);

// Marks the key as in flight for this call before it is handled.
void reserve(Work& work, const std::string& credential);

// Keeps the reply for calls to come.
void remember(Work& work, const std::string& credential, const Reply& reply);

// Lets go of a key this call had reserved and not filled.
void forget_reservation(Work& work);

}  // namespace credit::sandbox

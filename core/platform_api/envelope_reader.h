// The platform's envelope, read from any object that may be one: a whole body, or the details of a
// partner's error.
#pragma once

#include "core/platform_api/contract.h"
#include "core/platform_api/json.h"

namespace credit {

// What the top level says about the reply itself: ids and time. Fills whatever is readable.
void read_trace(const json::Object& object, Envelope& envelope);
// The error inside `error`; false when it has no string `code`.
bool read_error(const json::Object& error, Envelope& envelope);
// All of it; `present` is set only for a well-formed envelope without duplicate keys.
Envelope read_envelope_object(const json::Object& object);

}  // namespace credit

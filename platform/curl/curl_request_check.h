// What this transport refuses to send. The core checks too; this is the last door.
#pragma once

#include "core/http/message.h"

namespace credit::curl {

// Null when the request is acceptable, otherwise why not; the text holds nothing of the request.
const char* refusal(const HttpRequest& request);

// The request must not travel on a kept connection, on which libcurl would repeat it by itself
// (R15).
bool needs_fresh_connection(const HttpRequest& request) noexcept;

}  // namespace credit::curl

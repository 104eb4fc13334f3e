#pragma once

#include <string>

#include "partner_backend/platform_client.h"
#include "partner_backend/session_shape.h"

namespace credit::partner {

// How a platform call that brought no session is told to the app: the platform's status with its
// payload under `details`, 502 when there is no status that would make sense to the app.
Answer platform_failure(const PlatformClient& platform, const PlatformReply& reply,
                        const std::string& error);

}  // namespace credit::partner

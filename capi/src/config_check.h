// What only the whole configuration shows, and the configuration as the engine wants it.
#pragma once

#include "core/base/result.h"
#include "core/engine/session_config.h"
#include "credit/credit.h"

namespace credit::capi {

// Everything opening needs; the message names the field at fault.
Status check_config(const credit_config& config);

// That every setter that was called did what it was asked, and the environment is known.
Status check_setters(const credit_config& config);

// Checks, and composes settings and adapters. The configuration may be changed or released
// afterwards.
Result<SessionConfig> make_session_config(const credit_config& config);

}  // namespace credit::capi

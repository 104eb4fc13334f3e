// R10: which configurations are the same, and which places of storage.
#pragma once

#include <string>

#include "capi/src/config.h"
#include "core/engine/session_config.h"

namespace credit::capi {

// Names the place: the folder, or the app's store by its function and context.
std::string storage_identity(const ConfigValues& values, const std::string& place);

// A hash over every setting, keys and passphrases included, and over which ports the app gave.
// Keyed with a secret of this process, so it tells nothing to anybody who sees it and only compares
// within the process.
std::string fingerprint(const ConfigValues& values, const SessionSettings& settings);

}  // namespace credit::capi

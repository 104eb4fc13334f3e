#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"

namespace credit {

// Pinned keys as "sha256//<base64 of 32 bytes>"; at least two (one is the backup), at most 16, no
// duplicates. None at all means no pinning and is fine.
Status check_pins(const std::vector<std::string>& pins);
// PEM with at least one certificate block and no private key, at most 1 MiB.
Status check_ca_bundle(const std::string& pem);

}  // namespace credit

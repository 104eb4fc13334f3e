// Where the 32-byte key that seals records comes from.
#pragma once

#include "core/base/secret.h"
#include "core/ports/secure_store.h"

namespace credit {

class SealingKey {
  public:
    static constexpr std::size_t kBytes = 32;
    virtual ~SealingKey() = default;
    // Hands out the key in `key` and answers `present`; or answers locked, transient, denied, absent, key_lost or
    // unsupported.
    // May block; comes from the storage thread. The caller may cache a present key for the life of the process.
    virtual StoreResult fetch(SecretRef& key) = 0;
};

}  // namespace credit

// Pages for the secret arena: guarded on both sides, locked where allowed, in no core dump, zero in
// forked children.
#pragma once

#include "core/ports/secret_memory.h"

namespace credit {

class PosixSecretMemory : public SecretMemory {
  public:
    Region acquire(std::size_t size) noexcept override;
};

}  // namespace credit

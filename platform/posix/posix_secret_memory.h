// Pages for the secret arena: guarded on both sides, in no core dump, zero in forked children; those of
// the region locked where allowed.
#pragma once

#include "core/ports/secret_memory.h"

namespace credit {

class PosixSecretMemory : public SecretMemory {
  public:
    Region acquire(std::size_t size) noexcept override;
    void* acquire_more(std::size_t size) noexcept override;
    void release_more(void* data, std::size_t size) noexcept override;
};

}  // namespace credit

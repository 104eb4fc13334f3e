// Random bytes from the operating system; safe in threads and across fork.
#pragma once

#include "core/ports/entropy.h"

namespace credit {

class PosixEntropy : public Entropy {
  public:
    PosixEntropy();
    void fill(std::span<std::byte> out) override;
};

}  // namespace credit

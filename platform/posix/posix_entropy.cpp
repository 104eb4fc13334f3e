#include "platform/posix/posix_entropy.h"

#include <sodium.h>

#include "core/base/check.h"

namespace credit {

PosixEntropy::PosixEntropy() {
    const int failed = sodium_init();
    CREDIT_CHECK(failed >= 0);
}

// libsodium knows how to ask each kernel, old ones included, and keeps no state of its own that a
// fork could copy.
void PosixEntropy::fill(std::span<std::byte> out) {
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace credit

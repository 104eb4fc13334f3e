// Memory for secrets, taken before it is needed, so that receiving tokens cannot fail for want of it (R22).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>

#include "core/base/secret.h"

namespace credit {

// Not thread-safe. What is not used goes back with it.
class SecretReserve {
  public:
    static constexpr std::size_t kMostSecrets = 3;
    static constexpr std::size_t kUsualBytes = 511;  // with its NUL one cell of the arena
    static constexpr std::size_t kLargestBytes = 8 * 1024;

    explicit SecretReserve(std::size_t secrets);  // at most kMostSecrets; throws std::bad_alloc

    // A copy of `bytes`; from ordinary memory, as Secret::copy_of, when the reserve is used up or too small.
    SecretRef copy_of(std::string_view bytes);

  private:
    using Spare = std::array<std::shared_ptr<Secret>, kMostSecrets>;
    Spare usual_;
    Spare large_;
};

}  // namespace credit

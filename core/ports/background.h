#pragma once

#include <cstdint>

namespace credit {

// Keeps the process running while a rotation is under way (R22): beginBackgroundTask and its like. Any thread.
class Background {
  public:
    virtual ~Background() = default;
    // Returns a handle, or 0 if the system refuses now.
    virtual std::uint64_t begin() noexcept = 0;
    virtual void end(std::uint64_t handle) noexcept = 0;
};

}  // namespace credit

// A session token as handed out: immutable, shared, wiped when the last holder lets go (R39).
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/secret.h"
#include "core/session/effect.h"

namespace credit {

struct Token {
    SecretRef value;
    std::int64_t expires_at_ms = -1;  // by the device's wall clock; -1: unknown
    std::uint64_t generation = 0;
};

using TokenRef = std::shared_ptr<const Token>;

}  // namespace credit

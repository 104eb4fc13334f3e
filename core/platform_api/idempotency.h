// Idempotency keys (R13): the same refresh token always gives the same key, across crashes,
// processes and devices' clocks.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace credit {

// UUID-shaped (version 4 and variant bits set, lower-case hex) BLAKE2b-128 keyed with the refresh
// token over "credit refresh v1" || n as 8 bytes LE || key_epoch as 8 bytes LE. Tokens over 64
// bytes are first hashed to 64 with BLAKE2b-512. The key counts as a secret.
std::string derive_refresh_key(std::string_view refresh_token, std::uint64_t n,
                               std::uint64_t key_epoch);

// A random version 4 UUID from 16 bytes of entropy.
std::string uuid_from(std::span<const std::byte, 16> random);

// 16 bytes that tell refresh tokens apart without giving one away (R12's fingerprint); hex, not a
// secret.
std::string token_fingerprint(std::string_view token);

}  // namespace credit

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace credit::partner {

// A UUID-shaped idempotency key made from a refresh token: the same operation on the same token has
// the same key in every process and after every crash. HMAC-SHA-256 keyed with the token, so the
// key tells nothing about it.
std::string derived_key(const std::string& refresh_token, std::string_view purpose,
                        std::int64_t same_token, std::int64_t key_epoch);

}  // namespace credit::partner

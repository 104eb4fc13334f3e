#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace credit::partner {

// A UUID-shaped idempotency key made from a refresh token: the same operation on the same token has
// the same key in every process and after every crash. BLAKE2b-128 keyed with the token over
// `purpose` and the two counters, as rule R13 of the protocol says for apps: with the purpose
// "credit refresh v1" app and backend derive the same key. It tells nothing about the token.
std::string derived_key(const std::string& refresh_token, std::string_view purpose,
                        std::int64_t same_token, std::int64_t key_epoch);

}  // namespace credit::partner

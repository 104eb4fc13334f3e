#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace credit::kit {

// A random (version 4) UUID, lower case.
std::string new_uuid();

// True for the 8-4-4-4-12 form of hex digits, any case.
bool is_uuid(std::string_view text);

// `bytes` characters of [0-9A-Za-z] from the system's secure generator.
std::string random_token(std::size_t bytes);

// Lower-case hex digits of the bytes.
std::string hex(std::string_view bytes);

// SHA-256 as 64 lower-case hex digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace credit::kit

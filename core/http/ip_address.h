// IP addresses as they stand in URLs: one spelling each, so that an origin compares byte by byte.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace credit::ip {

using V4 = std::array<std::uint8_t, 4>;
using V6 = std::array<std::uint16_t, 8>;

// Four decimal numbers without leading zeros; no other form.
std::optional<V4> parse_v4(std::string_view text) noexcept;
// RFC 4291, without zone and brackets.
std::optional<V6> parse_v6(std::string_view text) noexcept;
// RFC 5952.
std::string to_text(const V6& address);

// What a resolver takes for an IPv4 address in some form (0x7f.1, 2130706433, 010.0.0.1): the last
// label is a number.
bool ends_in_number(std::string_view host) noexcept;

bool is_loopback(const V4& a) noexcept;
bool is_loopback(const V6& a) noexcept;
// Not reachable from the public internet, loopback aside.
bool is_private(const V4& a) noexcept;
bool is_private(const V6& a) noexcept;

}  // namespace credit::ip

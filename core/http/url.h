// URLs the SDK may talk to: https, an exact origin, no user info, no fragment (R33, R41).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/record_header.h"
#include "core/base/result.h"

namespace credit {

struct Url {
    std::string scheme;  // lower case
    std::string host;    // lower case; IPv6 without brackets
    std::uint16_t port = 443;
    std::string path;   // begins with '/', no query; of a base URL without a path: empty
    std::string query;  // without '?'

    std::string origin() const;  // "https://host[:port]", port only when not the default
    std::string text() const;
    bool loopback() const noexcept;  // 127.0.0.0/8, ::1, localhost
    // RFC 1918, link-local, unique-local, carrier-shared, multicast; .local and its like; names
    // without a dot.
    bool private_address() const noexcept;
};

constexpr std::size_t kMaxUrlBytes = 2048;

// An absolute http or https URL in one spelling: ASCII only (an international name in its xn--
// form), IPv4 in four plain decimals, IPv6 compressed, no user info, fragment, zone, dot segments
// or trailing dot. `field` is named in the error's message. Codes: config_missing (empty),
// insecure_url (another scheme), config_invalid.
Result<Url> parse_url(std::string_view text, std::string_view field);

// A base URL of the configuration: https (or http on loopback in TEST), no query; LIVE refuses
// loopback, private addresses and listed test origins, TEST refuses the published live hosts (R41).
// Trailing slashes are dropped, so that text() + "/path" is the URL of a path. Codes besides those
// of parse_url: insecure_url, environment_mismatch.
Result<Url> check_base_url(std::string_view text, Environment environment, std::string_view field);

// A path the caller wants below the platform's origin: begins with one '/', no "..", no control
// characters, no fragment, no token-like value in it, also behind percent-encoding; query allowed.
// invalid_argument, api_key_refused.
Status check_path(std::string_view path, std::string_view field);

}  // namespace credit

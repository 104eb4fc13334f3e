#pragma once

#include <string>

namespace credit::sandbox {

// A webhook's address, taken apart.
struct WebhookUrl {
    std::string origin;  // https://host:port
    std::string target;  // path and query
};

// https only, but plain http on loopback. Throws std::invalid_argument that says what is wrong:
// another scheme, a user name, a fragment, no host, a bad port, more than 2,048 characters, or
// anything but visible ASCII.
WebhookUrl parse_webhook_url(const std::string& url);

}  // namespace credit::sandbox

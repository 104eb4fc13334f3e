#include "sandbox/webhook_url.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace credit::sandbox {

namespace {

constexpr std::size_t max_url = 2048;
constexpr int max_port = 65535;

[[noreturn]] void refuse(const std::string& why) {
    throw std::invalid_argument("url " + why);
}

bool starts_with(std::string_view text, std::string_view head) {
    return text.substr(0, head.size()) == head;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// The host in front of a port; checks both.
std::string_view host_of(std::string_view authority) {
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == authority.npos ? 0 : bracket);
    const std::string_view host = authority.substr(0, colon);
    if (host.empty()) refuse("must name a host");
    if (colon == authority.npos) return host;
    const std::string_view digits = authority.substr(colon + 1);
    int port = 0;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, port);
    if (read.ec != std::errc{} || read.ptr != end || port < 1 || port > max_port) {
        refuse("must have a port from 1 to 65535, or none");
    }
    return host;
}

}  // namespace

WebhookUrl parse_webhook_url(const std::string& url) {
    if (url.size() > max_url) refuse("must have at most 2048 characters");
    const bool visible =
        std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (!visible) refuse("must be visible ASCII");
    const bool tls = starts_with(url, "https://");
    if (!tls && !starts_with(url, "http://")) refuse("must start with https://");
    const std::string_view text = url;
    const auto begin = text.find("://") + 3;
    const auto path = text.find_first_of("/?#", begin);
    const std::string_view authority = text.substr(begin, path - begin);
    if (authority.find('@') != authority.npos) refuse("must not carry a user name");
    if (text.find('#') != text.npos) refuse("must not have a fragment");
    if (!tls && !is_loopback(host_of(authority))) refuse("must start with https://");
    host_of(authority);
    std::string target = path == text.npos ? "" : std::string(text.substr(path));
    if (target.empty() || target.front() != '/') target.insert(0, 1, '/');
    return {std::string(text.substr(0, begin)) + std::string(authority), target};
}

}  // namespace credit::sandbox

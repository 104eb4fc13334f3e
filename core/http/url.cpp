#include "core/http/url.h"

#include <optional>

#include "core/http/ip_address.h"
#include "core/http/text.h"
#include "core/http/url_text.h"

namespace credit {
namespace {

constexpr std::size_t kMaxHostBytes = 253;
constexpr std::size_t kMaxLabelBytes = 63;

// Cuts one URL to pieces; fault() says what was wrong with it.
class UrlParser {
  public:
    bool run(std::string_view text) {
        if (!text::all(text, text::is_visible) || text.find('\\') != text.npos) {
            return fail("contains white space, a backslash, a control character or non-ASCII");
        }
        if (text.find('#') != text.npos) return fail("has a fragment");
        if (!scheme(text)) return false;
        const std::size_t end = text.find_first_of("/?");
        const std::string_view authority = text.substr(0, end);
        const std::string_view rest = end == text.npos ? std::string_view{} : text.substr(end);
        return host_and_port(authority) && path_and_query(rest);
    }

    Url take() { return std::move(url_); }
    const char* fault() const noexcept { return fault_; }
    bool bad_scheme() const noexcept { return bad_scheme_; }

  private:
    bool fail(const char* why) noexcept {
        fault_ = why;
        return false;
    }

    bool scheme(std::string_view& text) {
        if (text::istarts_with(text, "https://")) {
            url_.scheme = "https";
            text.remove_prefix(8);
            return true;
        }
        if (text::istarts_with(text, "http://")) {
            url_.scheme = "http";
            url_.port = 80;
            text.remove_prefix(7);
            return true;
        }
        bad_scheme_ = true;
        return fail("does not begin with https://");
    }

    bool host_and_port(std::string_view authority) {
        if (authority.find('@') != authority.npos) return fail("carries user info");
        if (authority.starts_with('[')) {
            const std::size_t close = authority.find(']');
            if (close == authority.npos) return fail("has an unclosed IPv6 address");
            return v6(authority.substr(1, close - 1)) && port(authority.substr(close + 1));
        }
        const std::size_t colon = authority.find(':');
        const std::string_view after =
            colon == authority.npos ? std::string_view{} : authority.substr(colon);
        return name(authority.substr(0, colon)) && port(after);
    }

    bool v6(std::string_view text) {
        const auto address = ip::parse_v6(text);
        if (!address) return fail("has a malformed IPv6 address (zones are not accepted)");
        url_.host = ip::to_text(*address);
        return true;
    }

    bool name(std::string_view host) {
        if (host.empty()) return fail("has no host");
        if (host.size() > kMaxHostBytes) return fail("has a host of more than 253 characters");
        if (host.back() == '.') return fail("has a host with a trailing dot");
        if (ip::ends_in_number(host) && !ip::parse_v4(host)) {
            return fail("has an IPv4 address that is not four plain decimal numbers");
        }
        std::string_view rest = host;
        for (;;) {
            const std::size_t dot = rest.find('.');
            if (!label(rest.substr(0, dot))) return fail("has a malformed host name");
            if (dot == rest.npos) break;
            rest.remove_prefix(dot + 1);
        }
        for (const char c : host)
            url_.host += text::to_lower(c);
        return true;
    }

    static bool label(std::string_view text) noexcept {
        const auto allowed = [](char c) { return text::is_alnum(c) || c == '-'; };
        return !text.empty() && text.size() <= kMaxLabelBytes && text.front() != '-' &&
               text.back() != '-' && text::all(text, allowed);
    }

    bool port(std::string_view text) {
        if (text.empty()) return true;
        constexpr const char* kFault = "has a malformed port";
        if (text.front() != ':') return fail(kFault);
        const std::string_view digits = text.substr(1);
        if (digits.empty() || digits.size() > 5 || digits.front() == '0') return fail(kFault);
        if (!text::all(digits, text::is_digit)) return fail(kFault);
        int value = 0;
        for (const char c : digits)
            value = value * 10 + (c - '0');
        if (value > 65'535) return fail(kFault);
        url_.port = static_cast<std::uint16_t>(value);
        return true;
    }

    bool path_and_query(std::string_view rest) {
        const std::size_t mark = rest.find('?');
        const std::string_view path = rest.substr(0, mark);
        url_.path = path.empty() ? "/" : std::string(path);
        if (mark != rest.npos) url_.query = std::string(rest.substr(mark + 1));
        fault_ = url_text::path_fault(url_.path);
        if (fault_ == nullptr) fault_ = url_text::query_fault(url_.query);
        return fault_ == nullptr;
    }

    Url url_;
    const char* fault_ = nullptr;
    bool bad_scheme_ = false;
};

// The host as an address, where it is one. Hosts with a ':' are IPv6.
bool is_v6(std::string_view host) noexcept {
    return host.find(':') != host.npos;
}

bool is_or_under(std::string_view host, std::string_view name) noexcept {
    return host == name || (host.size() > name.size() && host.ends_with(name) &&
                            host[host.size() - name.size() - 1] == '.');
}

}  // namespace

std::string Url::origin() const {
    std::string out = scheme + "://";
    if (is_v6(host)) {
        out.append(1, '[').append(host).append(1, ']');
    } else {
        out += host;
    }
    const std::uint16_t usual = scheme == "https" ? 443 : 80;
    if (port != usual) out.append(1, ':').append(std::to_string(port));
    return out;
}

std::string Url::text() const {
    std::string out = origin() + path;
    if (!query.empty()) out += "?" + query;
    return out;
}

bool Url::loopback() const noexcept {
    if (is_v6(host)) {
        const auto address = ip::parse_v6(host);
        return address && ip::is_loopback(*address);
    }
    if (const auto address = ip::parse_v4(host)) return ip::is_loopback(*address);
    return is_or_under(host, "localhost");
}

bool Url::private_address() const noexcept {
    if (is_v6(host)) {
        const auto address = ip::parse_v6(host);
        return address && ip::is_private(*address);
    }
    if (const auto address = ip::parse_v4(host)) return ip::is_private(*address);
    for (const std::string_view name : {"local", "internal", "lan", "home.arpa"}) {
        if (is_or_under(host, name)) return true;
    }
    return host.find('.') == host.npos && host != "localhost";
}

Result<Url> parse_url(std::string_view text, std::string_view field) {
    const std::string name(field);
    if (text.empty()) return Error(Code::config_missing, name + ": is missing");
    if (text.size() > kMaxUrlBytes) {
        return Error(Code::config_invalid, name + ": is longer than 2048 bytes");
    }
    UrlParser parser;
    if (parser.run(text)) return parser.take();
    const Code code = parser.bad_scheme() ? Code::insecure_url : Code::config_invalid;
    return Error(code, name + ": " + parser.fault());
}

}  // namespace credit

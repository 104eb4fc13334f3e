#include "core/http/ip_address.h"

#include <algorithm>
#include <charconv>

#include "core/http/text.h"

namespace credit::ip {
namespace {

std::optional<std::uint8_t> octet(std::string_view text) noexcept {
    if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0')) return {};
    if (!text::all(text, text::is_digit)) return {};
    int value = 0;
    for (const char c : text)
        value = value * 10 + (c - '0');
    if (value > 255) return {};
    return static_cast<std::uint8_t>(value);
}

std::optional<std::uint16_t> group(std::string_view text) noexcept {
    if (text.empty() || text.size() > 4) return {};
    int value = 0;
    for (const char c : text) {
        const int digit = text::hex_value(c);
        if (digit < 0) return {};
        value = value * 16 + digit;
    }
    return static_cast<std::uint16_t>(value);
}

// Groups between colons; a dotted quad may be the last two. Returns how many, or -1.
int parse_groups(std::string_view text, V6& out, bool may_end_dotted) noexcept {
    int count = 0;
    while (!text.empty()) {
        if (count == 8) return -1;
        const std::size_t colon = text.find(':');
        const std::string_view part = text.substr(0, colon);
        const bool last = colon == text.npos;
        const auto index = static_cast<std::size_t>(count);
        if (const auto value = group(part)) {
            out[index] = *value;
            ++count;
        } else {
            const auto quad = last && may_end_dotted && count <= 6 ? parse_v4(part) : std::nullopt;
            if (!quad) return -1;
            out[index] = static_cast<std::uint16_t>((*quad)[0] << 8 | (*quad)[1]);
            out[index + 1] = static_cast<std::uint16_t>((*quad)[2] << 8 | (*quad)[3]);
            count += 2;
        }
        if (last) return count;
        text.remove_prefix(colon + 1);
        if (text.empty()) return -1;  // a colon at the end
    }
    return count;
}

struct Run {
    std::size_t begin = 8;
    std::size_t length = 0;
};

Run longest_zero_run(const V6& a) noexcept {
    Run best;
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t end = i;
        while (end < a.size() && a[end] == 0)
            ++end;
        if (end - i > best.length) best = {i, end - i};
    }
    return best.length >= 2 ? best : Run{};
}

// The IPv4 address inside ::ffff:a.b.c.d.
std::optional<V4> mapped_v4(const V6& a) noexcept {
    const bool mapped =
        std::all_of(a.begin(), a.begin() + 5, [](auto g) { return g == 0; }) && a[5] == 0xffff;
    if (!mapped) return {};
    return V4{static_cast<std::uint8_t>(a[6] >> 8), static_cast<std::uint8_t>(a[6] & 0xff),
              static_cast<std::uint8_t>(a[7] >> 8), static_cast<std::uint8_t>(a[7] & 0xff)};
}

}  // namespace

std::optional<V4> parse_v4(std::string_view text) noexcept {
    V4 out{};
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t dot = text.find('.');
        if ((dot == text.npos) != (i == 3)) return {};
        const auto value = octet(text.substr(0, dot));
        if (!value) return {};
        out[i] = *value;
        if (i < 3) text.remove_prefix(dot + 1);
    }
    return out;
}

std::optional<V6> parse_v6(std::string_view text) noexcept {
    V6 out{};
    const std::size_t gap = text.find("::");
    if (gap == text.npos) {
        if (parse_groups(text, out, true) != 8) return {};
        return out;
    }
    V6 tail{};
    const int head = parse_groups(text.substr(0, gap), out, false);
    const int rest = parse_groups(text.substr(gap + 2), tail, true);
    if (head < 0 || rest < 0 || head + rest > 7) return {};
    std::copy_n(tail.begin(), rest, out.end() - rest);
    return out;
}

std::string to_text(const V6& a) {
    const Run run = longest_zero_run(a);
    std::string out;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (i == run.begin) {
            out += "::";
            i += run.length - 1;
            continue;
        }
        if (!out.empty() && out.back() != ':') out += ':';
        char digits[4];
        const auto end = std::to_chars(digits, digits + sizeof digits, a[i], 16).ptr;
        out.append(digits, end);
    }
    return out;
}

bool ends_in_number(std::string_view host) noexcept {
    const std::size_t dot = host.rfind('.');
    const std::string_view label = dot == host.npos ? host : host.substr(dot + 1);
    if (label.empty()) return false;
    if (text::all(label, text::is_digit)) return true;
    return text::istarts_with(label, "0x") &&
           text::all(label.substr(2), [](char c) { return text::hex_value(c) >= 0; });
}

bool is_loopback(const V4& a) noexcept {
    return a[0] == 127;
}

bool is_loopback(const V6& a) noexcept {
    if (const auto v4 = mapped_v4(a)) return is_loopback(*v4);
    return a == V6{0, 0, 0, 0, 0, 0, 0, 1};
}

bool is_private(const V4& a) noexcept {
    return a[0] == 0 || a[0] == 10 || (a[0] == 172 && a[1] >= 16 && a[1] <= 31) ||
           (a[0] == 192 && a[1] == 168) || (a[0] == 169 && a[1] == 254) ||
           (a[0] == 100 && a[1] >= 64 && a[1] <= 127) ||  // shared by carriers (RFC 6598)
           a[0] >= 224;                                   // multicast, reserved, broadcast
}

bool is_private(const V6& a) noexcept {
    if (const auto v4 = mapped_v4(a)) return is_private(*v4);
    const bool unspecified = a == V6{};
    const bool unique_local = (a[0] & 0xfe00) == 0xfc00;
    const bool link_local = (a[0] & 0xffc0) == 0xfe80;
    const bool site_local = (a[0] & 0xffc0) == 0xfec0;
    const bool multicast = (a[0] & 0xff00) == 0xff00;
    return unspecified || unique_local || link_local || site_local || multicast;
}

}  // namespace credit::ip

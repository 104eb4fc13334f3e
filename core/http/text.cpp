#include "core/http/text.h"

#include <cstdint>

namespace credit::text {

bool istarts_with(std::string_view text, std::string_view prefix) noexcept {
    if (text.size() < prefix.size()) return false;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        if (to_lower(text[i]) != prefix[i]) return false;
    }
    return true;
}

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) noexcept {
    const auto lead = static_cast<std::uint8_t>(text[at++]);
    if (lead < 0x80) return lead;
    const int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - at < static_cast<std::size_t>(more)) return {};
    char32_t value = lead & (0x3fU >> more);
    for (int i = 0; i < more; ++i) {
        const auto byte = static_cast<std::uint8_t>(text[at + static_cast<std::size_t>(i)]);
        if ((byte & 0xc0) != 0x80) return {};
        value = (value << 6) | (byte & 0x3fU);
    }
    constexpr char32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
    if (value < kSmallest[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return {};
    at += static_cast<std::size_t>(more);
    return value;
}

bool is_white_space(char32_t c) noexcept {
    return (c >= 0x09 && c <= 0x0d) || c == 0x20 || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000 || c == 0xfeff;
}

}  // namespace credit::text

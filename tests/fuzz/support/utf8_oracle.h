// UTF-8 by the table of RFC 3629 section 4, independent of the product's decoder.
#pragma once

#include <cstdint>
#include <string_view>

namespace credit::fuzz {

struct Decoded {
    bool valid = false;
    std::uint32_t value = 0;
    std::size_t bytes = 1;
};

inline Decoded decode_utf8(std::string_view text) noexcept {
    struct Row {
        std::uint8_t first_low, first_high, second_low, second_high;
        std::size_t bytes;
        std::uint32_t mask;
    };
    constexpr Row kRows[] = {{0x00, 0x7f, 0x00, 0xff, 1, 0x7f}, {0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f},
                             {0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f}, {0xe1, 0xec, 0x80, 0xbf, 3, 0x0f},
                             {0xed, 0xed, 0x80, 0x9f, 3, 0x0f}, {0xee, 0xef, 0x80, 0xbf, 3, 0x0f},
                             {0xf0, 0xf0, 0x90, 0xbf, 4, 0x07}, {0xf1, 0xf3, 0x80, 0xbf, 4, 0x07},
                             {0xf4, 0xf4, 0x80, 0x8f, 4, 0x07}};
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    for (const Row& row : kRows) {
        if (text.empty() || at(0) < row.first_low || at(0) > row.first_high) continue;
        if (text.size() < row.bytes) return {};
        if (row.bytes > 1 && (at(1) < row.second_low || at(1) > row.second_high)) return {};
        std::uint32_t value = at(0) & row.mask;
        for (std::size_t i = 1; i < row.bytes; ++i) {
            if (at(i) < 0x80 || at(i) > 0xbf) return {};
            value = (value << 6) | (at(i) & 0x3fU);
        }
        return {true, value, row.bytes};
    }
    return {};
}

}  // namespace credit::fuzz

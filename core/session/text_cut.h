// Cutting text that came from outside to a bounded length.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace credit {

// How many bytes of `text` to keep so that at most `limit` remain and no UTF-8 character is split.
// Bytes that are no UTF-8 have no characters to split and are cut at the limit.
inline std::size_t cut_length(std::string_view text, std::size_t limit) noexcept {
    if (text.size() <= limit) return text.size();
    constexpr std::size_t kMostContinuations = 3;
    for (std::size_t back = 0; back <= kMostContinuations && back <= limit; ++back) {
        const auto next = static_cast<unsigned char>(text[limit - back]);
        if ((next & 0xc0U) != 0x80U) return limit - back;
    }
    return limit;
}

// Never allocates: the text only gets shorter.
inline void cut_text(std::string& text, std::size_t limit) noexcept {
    text.erase(text.begin() + static_cast<std::ptrdiff_t>(cut_length(text, limit)), text.end());
}

}  // namespace credit

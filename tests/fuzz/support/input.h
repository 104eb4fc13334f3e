// Cuts an input into the pieces a target wants. Whatever the bytes are, there is always an answer. Lines and words rather
// than bit fields, so that a corpus can be read and written by people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace credit::fuzz {

class Input {
  public:
    explicit Input(std::string_view bytes) : rest_(bytes) {}

    bool empty() const noexcept { return rest_.empty(); }
    std::string_view rest() const noexcept { return rest_; }

    std::uint8_t byte() noexcept {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    // 0 .. bound-1
    std::size_t below(std::size_t bound) noexcept { return bound == 0 ? 0 : byte() % bound; }
    bool flag() noexcept { return (byte() & 1) != 0; }

    std::uint64_t number(std::size_t bytes) noexcept {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i)
            value |= std::uint64_t{byte()} << (8 * i);
        return value;
    }
    std::string_view take(std::size_t size) noexcept {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    // Up to the separator, which is eaten.
    std::string_view until(char separator) noexcept {
        const std::size_t at = rest_.find(separator);
        const std::string_view taken = rest_.substr(0, at);
        rest_.remove_prefix(at == rest_.npos ? rest_.size() : at + 1);
        return taken;
    }
    std::string_view line() noexcept { return until('\n'); }

  private:
    std::string_view rest_;
};

// Decimal digits at the front of a text, at most nine of them.
inline int leading_number(std::string_view text) noexcept {
    int value = 0;
    for (std::size_t i = 0; i < text.size() && i < 9; ++i) {
        if (text[i] < '0' || text[i] > '9') break;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

}  // namespace credit::fuzz

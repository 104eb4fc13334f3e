// Text of bounded length inside its owner: copying it never allocates, so that a record can be built, judged and written
// when there is no memory left (R22).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

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

// Keeps what fits of what it is given; where cutting would be wrong, the owner checks first. Always has a NUL after the
// last byte. Copying costs what is in it, not what could be.
template <std::size_t N>
class FixedText {
  public:
    static_assert(N < std::numeric_limits<std::uint16_t>::max());
    static constexpr std::size_t kMaxBytes = N;

    FixedText() noexcept { bytes_[0] = '\0'; }
    // From whatever a text is held in, so that it can stand where a string stood.
    template <class Text>
        requires std::is_convertible_v<const Text&, std::string_view>
    FixedText(const Text& text) noexcept {  // NOLINT(google-explicit-constructor)
        set(text);
    }
    FixedText(const FixedText& other) noexcept { copy(other); }
    FixedText& operator=(const FixedText& other) noexcept {
        if (this != &other) copy(other);
        return *this;
    }
    ~FixedText() = default;

    std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    operator std::string_view() const noexcept {
        return view();
    }  // NOLINT(google-explicit-constructor)
    std::string str() const { return std::string(view()); }
    const char* c_str() const noexcept { return bytes_.data(); }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    void clear() noexcept { set({}); }

    friend bool operator==(const FixedText& a, const FixedText& b) noexcept {
        return a.view() == b.view();
    }
    template <class Text>
        requires std::is_convertible_v<const Text&, std::string_view>
    friend bool operator==(const FixedText& a, const Text& b) noexcept {
        return a.view() == std::string_view(b);
    }

  private:
    void set(std::string_view text) noexcept {
        const std::size_t kept = cut_length(text, N);
        if (kept != 0) {  // maybe from itself
            // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): with its size
            std::char_traits<char>::move(bytes_.data(), text.data(), kept);
        }
        bytes_[kept] = '\0';
        size_ = static_cast<std::uint16_t>(kept);
    }

    // It fits, so nothing is cut; and the NUL comes along.
    void copy(const FixedText& other) noexcept {
        size_ = other.size_;
        std::memcpy(bytes_.data(), other.bytes_.data(), std::size_t{size_} + 1);
    }

    std::uint16_t size_ = 0;
    // Only what is in use is ever written: a record has room for many texts, and mostly few.
    std::array<char, N + 1> bytes_;
};

}  // namespace credit

// Little-endian bytes out and in, for the record's codec only. Texts and secrets carry a 16-bit
// length.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/base/fixed_text.h"
#include "core/base/secret.h"
#include "core/base/secret_reserve.h"

namespace credit {

// Writes into memory of the exact size, or only measures when there is none: so the size is known before a secret is
// written, and nothing has to grow with one inside.
class ByteWriter {
  public:
    ByteWriter() = default;
    ByteWriter(char* out, std::size_t size) noexcept : at_(out), end_(out + size) {}

    std::size_t size() const noexcept { return size_; }

    template <class T>
    void number(T value) {
        std::array<char, sizeof(T)> bytes{};
        store(bytes.data(), value);
        raw(bytes.data(), bytes.size());
    }
    void boolean(bool value) { number(static_cast<std::uint8_t>(value)); }

    template <std::size_t N>
    void text(const FixedText<N>& value) {
        sized(value);
    }
    // Null is written as no bytes; a secret of no bytes could not be told from it.
    void secret(const SecretRef& value, std::size_t limit) {
        CREDIT_CHECK(value == nullptr || (value->size() != 0 && value->size() <= limit));
        sized(view_or_empty(value));
    }

    // Tag, length, content.
    template <class Write>
    void section(std::uint8_t tag, const Write& write) {
        number(tag);
        char* const length = at_;
        number(std::uint16_t{0});
        const std::size_t before = size_;
        write(*this);
        const std::size_t content = size_ - before;
        CREDIT_CHECK(content <= std::numeric_limits<std::uint16_t>::max());
        if (length != nullptr) store(length, static_cast<std::uint16_t>(content));
    }

  private:
    template <class T>
    static void store(char* to, T value) noexcept {
        for (std::size_t i = 0; i < sizeof(T); ++i)
            to[i] = static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xff);
    }
    void sized(std::string_view value) {
        number(static_cast<std::uint16_t>(value.size()));
        raw(value.data(), value.size());
    }
    void raw(const char* bytes, std::size_t count) {
        size_ += count;
        if (at_ == nullptr || count == 0) return;
        CREDIT_CHECK(count <= static_cast<std::size_t>(end_ - at_));
        std::memcpy(at_, bytes, count);
        at_ += count;
    }

    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t size_ = 0;
};

// Reads until something does not fit; from then on it has failed, is empty and gives zeros. Whoever
// reads asks finished() at the end instead of after every field.
class ByteReader {
  public:
    explicit ByteReader(std::string_view bytes, SecretReserve* secrets = nullptr)
        : rest_(bytes), secrets_(secrets) {}

    bool empty() const noexcept { return rest_.empty(); }
    bool finished() const noexcept { return !failed_ && rest_.empty(); }
    void fail() noexcept {
        failed_ = true;
        rest_ = {};
    }

    template <class T>
    T number() noexcept {
        const std::string_view bytes = take(sizeof(T));
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
        }
        return static_cast<T>(value);
    }
    // Only 0 and 1: another byte would not come out again as it went in.
    bool boolean() noexcept {
        const auto value = number<std::uint8_t>();
        if (value > 1) fail();
        return value == 1;
    }

    template <std::size_t N>
    void text(FixedText<N>& out) noexcept {
        out = sized(N);
    }
    // Straight from the buffer into the arena; null when there are no bytes.
    SecretRef secret(std::size_t limit) {
        const std::string_view bytes = sized(limit);
        if (bytes.empty()) return nullptr;
        return secrets_ != nullptr ? secrets_->copy_of(bytes) : Secret::copy_of(bytes);
    }

    // The content of a section whose tag was read.
    ByteReader section() noexcept { return ByteReader(take(number<std::uint16_t>()), secrets_); }

  private:
    std::string_view sized(std::size_t limit) noexcept {
        const std::size_t size = number<std::uint16_t>();
        if (size > limit) fail();
        return take(size);
    }
    std::string_view take(std::size_t size) noexcept {
        if (size > rest_.size()) {
            fail();
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest_;
    SecretReserve* secrets_;
    bool failed_ = false;
};

}  // namespace credit

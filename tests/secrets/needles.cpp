#include "tests/secrets/needles.h"

#include <algorithm>
#include <string>

namespace credit::secrets {
namespace {

// A dozen of a secret's bytes cannot be there by chance.
constexpr std::size_t kTellingBytes = 12;

std::string hex(std::string_view value, const char* digits, const char* before) {
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        out += before;
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

// As a part of something longer that has `offset` bytes in front; what neighbours have a part in is cut off.
std::string base64_core(std::string_view value, std::size_t offset, const char* alphabet) {
    const std::string bytes = std::string(offset, '\0') + std::string(value) + std::string(3, '\0');
    std::string out;
    for (std::size_t i = 0; i + 3 <= bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | static_cast<unsigned char>(bytes[i + k]);
        for (int shift = 18; shift >= 0; shift -= 6)
            out += alphabet[(group >> shift) & 63];
    }
    const std::size_t first = (offset * 8 + 5) / 6;
    const std::size_t last = (offset + value.size()) * 8 / 6;
    return out.substr(first, last - first);
}

std::string utf16(std::string_view value, bool big_endian) {
    std::string out;
    for (const char c : value) {
        if (big_endian) out += '\0';
        out += c;
        if (!big_endian) out += '\0';
    }
    return out;
}

constexpr const char* kLower = "0123456789abcdef";
constexpr const char* kUpper = "0123456789ABCDEF";
constexpr const char* kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr const char* kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

}  // namespace

const char* name_of(Spelling spelling) {
    constexpr std::array<const char*, 9> kNames = {
        "raw",    "hex",       "upper case hex", "percent",  "upper case percent",
        "base64", "base64url", "UTF-16 LE",      "UTF-16 BE"};
    return kNames[static_cast<std::size_t>(spelling)];
}

bool NeedleTable::add(std::uint32_t secret, std::string_view value) {
    const auto put = [&](Spelling spelling, const std::string& text, std::size_t least) {
        return add_needle(secret, spelling, text, least);
    };
    bool fine = value.size() >= kShortest &&
                put(Spelling::raw, std::string(value), kTellingBytes) &&
                put(Spelling::hex, hex(value, kLower, ""), 2 * kTellingBytes) &&
                put(Spelling::upper_hex, hex(value, kUpper, ""), 2 * kTellingBytes) &&
                put(Spelling::percent, hex(value, kLower, "%"), 3 * kTellingBytes) &&
                put(Spelling::upper_percent, hex(value, kUpper, "%"), 3 * kTellingBytes) &&
                put(Spelling::utf16_le, utf16(value, false), 2 * kTellingBytes) &&
                put(Spelling::utf16_be, utf16(value, true), 2 * kTellingBytes);
    for (std::size_t offset = 0; fine && offset < 3; ++offset) {
        fine =
            put(Spelling::base64, base64_core(value, offset, kBase64), kTellingBytes * 4 / 3) &&
            put(Spelling::base64url, base64_core(value, offset, kBase64Url), kTellingBytes * 4 / 3);
    }
    return fine;
}

bool NeedleTable::add_needle(std::uint32_t secret, Spelling spelling, std::string_view text,
                             std::size_t least) {
    if (needle_count_ == kNeedles || text.size() > kText - text_size_) return false;
    std::memcpy(text_.data() + text_size_, text.data(), text.size());
    needles_[needle_count_] = {text_size_, static_cast<std::uint32_t>(text.size()),
                               static_cast<std::uint32_t>(std::min(least, text.size())), secret,
                               spelling};
    text_size_ += static_cast<std::uint32_t>(text.size());
    ++needle_count_;
    for (std::uint32_t i = 0; i + kWindow <= text.size(); ++i) {
        std::uint64_t window = 0;
        std::memcpy(&window, text.data() + i, kWindow);
        if (!add_window(needle_count_, i, window)) return false;
    }
    return true;
}

bool NeedleTable::add_window(std::uint32_t needle, std::uint32_t offset, std::uint64_t window) {
    for (std::size_t step = 0; step < kSlots; ++step) {
        Slot& slot = slots_[(mix(window) + step) % kSlots];
        if (slot.needle.load(std::memory_order_relaxed) != 0) continue;
        slot.offset = offset;
        slot.window = window;
        slot.needle.store(needle, std::memory_order_release);
        const std::uint64_t bit = mix(window) % kBits;
        bits_[bit / 64].fetch_or(std::uint64_t{1} << (bit % 64), std::memory_order_relaxed);
        return true;
    }
    return false;
}

NeedleTable::Hit NeedleTable::longest(std::uint64_t window, const char* at, const char* end) const {
    Hit best;
    for (std::size_t step = 0; step < kSlots; ++step) {
        const Slot& slot = slots_[(mix(window) + step) % kSlots];
        const std::uint32_t number = slot.needle.load(std::memory_order_acquire);
        if (number == 0) break;
        if (slot.window != window) continue;
        const Needle& needle = needles_[number - 1];
        const char* text = text_.data() + needle.at + slot.offset;
        const auto room =
            std::min<std::size_t>(needle.size - slot.offset, static_cast<std::size_t>(end - at));
        std::size_t size = kWindow;
        while (size < room && text[size] == at[size])
            ++size;
        if (size >= needle.least && size > best.size)
            best = {at, size, needle.secret, needle.spelling};
    }
    return best;
}

}  // namespace credit::secrets

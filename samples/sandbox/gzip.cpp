#include "sandbox/gzip.h"

#include <algorithm>
#include <cstdint>

namespace credit::sandbox {

namespace {

constexpr std::size_t max_block = 65535;

void put(std::string& out, std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xffU);
}

std::uint32_t crc32(const std::string& text) {
    std::uint32_t crc = 0xffffffffU;
    for (const char c : text) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

}  // namespace

std::string gzip_stored(const std::string& text) {
    std::string out("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
    std::size_t at = 0;
    do {
        const std::size_t size = std::min(max_block, text.size() - at);
        const auto length = static_cast<std::uint32_t>(size);
        out += at + size == text.size() ? '\x01' : '\0';
        put(out, length, 2);
        put(out, ~length, 2);
        out.append(text, at, size);
        at += size;
    } while (at < text.size());
    put(out, crc32(text), 4);
    put(out, static_cast<std::uint32_t>(text.size()), 4);
    return out;
}

}  // namespace credit::sandbox

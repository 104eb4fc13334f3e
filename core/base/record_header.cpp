#include "core/base/record_header.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace credit {
namespace {

constexpr std::string_view kMagic = "CRDTREC1";

template <class T>
void put(std::byte* at, T value) noexcept {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        at[i] = static_cast<std::byte>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xff);
    }
}

template <class T>
T get(const std::byte* at) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        value |= static_cast<std::uint64_t>(at[i]) << (8 * i);
    }
    return static_cast<T>(value);
}

}  // namespace

std::array<std::byte, RecordHeader::kBytes> encode_header(const RecordHeader& h) {
    std::array<std::byte, RecordHeader::kBytes> out{};
    std::byte* p = out.data();
    std::memcpy(p, kMagic.data(), kMagic.size());
    put<std::uint16_t>(p + 8, h.format);
    p[10] = static_cast<std::byte>(h.environment);
    p[11] = static_cast<std::byte>(h.flags);
    put<std::uint32_t>(p + 12, h.body_size);
    std::memcpy(p + 16, h.key_check.data(), h.key_check.size());
    std::memcpy(p + 32, h.origin.data(), h.origin.size());
    std::memcpy(p + 48, h.borrower.data(), h.borrower.size());
    put<std::uint64_t>(p + 64, h.version.epoch);
    put<std::uint64_t>(p + 72, h.version.generation);
    put<std::uint64_t>(p + 80, h.write_seq);
    return out;
}

HeaderFault decode_header(std::span<const std::byte> bytes, RecordHeader& h) noexcept {
    if (bytes.size() < RecordHeader::kBytes) return HeaderFault::too_short;
    const std::byte* p = bytes.data();
    if (std::memcmp(p, kMagic.data(), kMagic.size()) != 0) return HeaderFault::bad_magic;
    h.format = get<std::uint16_t>(p + 8);
    const auto environment = static_cast<std::uint8_t>(p[10]);
    h.environment = static_cast<Environment>(environment);
    h.flags = static_cast<std::uint8_t>(p[11]);
    h.body_size = get<std::uint32_t>(p + 12);
    std::memcpy(h.key_check.data(), p + 16, h.key_check.size());
    std::memcpy(h.origin.data(), p + 32, h.origin.size());
    std::memcpy(h.borrower.data(), p + 48, h.borrower.size());
    h.version.epoch = get<std::uint64_t>(p + 64);
    h.version.generation = get<std::uint64_t>(p + 72);
    h.write_seq = get<std::uint64_t>(p + 80);
    if (h.format > RecordHeader::kFormat) return HeaderFault::newer_format;
    const bool known =
        (environment == 1 || environment == 2) && h.format == RecordHeader::kFormat &&
        (h.flags & ~RecordHeader::kTombstone) == 0 && get<std::uint64_t>(p + 88) == 0 &&
        h.body_size <= RecordHeader::kMaxBodyBytes;
    return known ? HeaderFault::none : HeaderFault::bad_field;
}

RecordHeader::Hash label_hash(std::string_view label, std::string_view text) {
    RecordHeader::Hash out{};
    CREDIT_CHECK(label.size() <= crypto_generichash_KEYBYTES);
    unsigned char key[crypto_generichash_KEYBYTES] = {};
    std::memcpy(key, label.data(), std::min(label.size(), sizeof key));
    const int failed = crypto_generichash(out.data(), out.size(),
                                          reinterpret_cast<const unsigned char*>(text.data()),
                                          text.size(), key, sizeof key);
    CREDIT_CHECK(failed == 0);
    return out;
}

}  // namespace credit

// The frozen head of every stored record (R1): what a store must be able to read without the key.
// Layout, little endian, 96 bytes:
//   0 magic "CRDTREC1"   8 format u16   10 environment u8   11 flags u8   12 body size u32
//   16 key check value 16 bytes   32 origin hash 16 bytes   48 borrower hash 16 bytes
//   64 epoch u64   72 generation u64   80 write_seq u64   88 reserved u64 (zero)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace credit {

enum class Environment : std::uint8_t { test = 1, live = 2 };

// The place of a record in a session's life; (epoch, generation) orders records (PROTOCOL, "Words").
struct Version {
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    auto operator<=>(const Version&) const = default;
};

struct RecordHeader {
    static constexpr std::size_t kBytes = 96;
    static constexpr std::uint16_t kFormat = 1;
    static constexpr std::uint32_t kMaxBodyBytes = 56 * 1024;
    using Hash = std::array<std::uint8_t, 16>;

    std::uint16_t format = kFormat;
    Environment environment = Environment::test;
    std::uint8_t flags = 0;       // kTombstone
    std::uint32_t body_size = 0;  // plain bytes, before sealing
    Hash key_check{};             // names the sealing key; zero where the store does not seal
    Hash origin{};                // hash of the platform's origin
    Hash borrower{};              // keyed hash of the borrower id
    Version version;
    std::uint64_t write_seq = 0;

    static constexpr std::uint8_t kTombstone = 1;
    bool operator==(const RecordHeader&) const = default;
};

enum class HeaderFault { none, too_short, bad_magic, newer_format, bad_field };

std::array<std::byte, RecordHeader::kBytes> encode_header(const RecordHeader& header);
// On a fault `header` holds what could be read. `newer_format` is told apart from damage (R6).
HeaderFault decode_header(std::span<const std::byte> bytes, RecordHeader& header) noexcept;

// BLAKE2b-128 of `text` under a fixed personal label; for origins and key names, not for secrets.
RecordHeader::Hash label_hash(std::string_view label, std::string_view text);

}  // namespace credit

#include "core/platform_api/idempotency.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/check.h"
#include "core/base/secret.h"

namespace credit {
namespace {

constexpr std::string_view kRefreshLabel = "credit refresh v1";
constexpr std::string_view kFingerprintLabel = "credit token fingerprint v1";
using Bytes16 = std::array<unsigned char, 16>;

const unsigned char* as_bytes(std::string_view text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex(const unsigned char* bytes, std::size_t count) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        out += kDigits[bytes[i] >> 4];
        out += kDigits[bytes[i] & 0x0f];
    }
    return out;
}

std::string uuid_text(Bytes16 bytes) {
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);  // version 4
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);  // RFC 9562 variant
    std::string out;
    out.reserve(36);
    std::size_t at = 0;
    for (const std::size_t count : {4U, 2U, 2U, 2U, 6U}) {
        if (at != 0) out += '-';
        out += hex(bytes.data() + at, count);
        at += count;
    }
    return out;
}

void put_u64(unsigned char* at, std::uint64_t value) noexcept {
    for (int i = 0; i < 8; ++i)
        at[i] = static_cast<unsigned char>(value >> (8 * i));
}

// BLAKE2b takes keys of at most 64 bytes; longer ones are hashed to 64 first, as HMAC does.
struct Key {
    explicit Key(std::string_view token) {
        if (token.size() <= bytes.size()) {
            std::memcpy(bytes.data(), token.data(), token.size());
            size = token.size();
            return;
        }
        size = bytes.size();
        const int failed = crypto_generichash(bytes.data(), bytes.size(), as_bytes(token),
                                              token.size(), nullptr, 0);
        CREDIT_CHECK(failed == 0);
    }
    ~Key() { wipe(bytes.data(), bytes.size()); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    std::array<unsigned char, crypto_generichash_KEYBYTES_MAX> bytes{};
    std::size_t size = 0;
};

}  // namespace

std::string derive_refresh_key(std::string_view refresh_token, std::uint64_t n,
                               std::uint64_t key_epoch) {
    CREDIT_CHECK(!refresh_token.empty());
    std::array<unsigned char, kRefreshLabel.size() + 16> input{};
    std::memcpy(input.data(), kRefreshLabel.data(), kRefreshLabel.size());
    put_u64(input.data() + kRefreshLabel.size(), n);
    put_u64(input.data() + kRefreshLabel.size() + 8, key_epoch);
    const Key key(refresh_token);
    Bytes16 digest{};
    const int failed = crypto_generichash(digest.data(), digest.size(), input.data(), input.size(),
                                          key.bytes.data(), key.size);
    CREDIT_CHECK(failed == 0);
    std::string out = uuid_text(digest);
    wipe(digest.data(), digest.size());
    return out;
}

std::string uuid_from(std::span<const std::byte, 16> random) {
    Bytes16 bytes{};
    std::memcpy(bytes.data(), random.data(), bytes.size());
    return uuid_text(bytes);
}

std::string token_fingerprint(std::string_view token) {
    Bytes16 digest{};
    const int failed =
        crypto_generichash(digest.data(), digest.size(), as_bytes(token), token.size(),
                           as_bytes(kFingerprintLabel), kFingerprintLabel.size());
    CREDIT_CHECK(failed == 0);
    return hex(digest.data(), digest.size());
}

}  // namespace credit

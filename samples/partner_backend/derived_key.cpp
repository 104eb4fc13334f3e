#include "partner_backend/derived_key.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::partner {

namespace {

constexpr std::size_t kLongestKey = 64;  // of BLAKE2b
constexpr std::size_t kDigest = 16;

template <auto Free>
struct Freed {
    template <typename T>
    void operator()(T* handle) const {
        Free(handle);
    }
};
using Mac = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void must(bool worked) {
    if (!worked) throw std::runtime_error("BLAKE2b is not available");
}

// A longer token is hashed first, as HMAC does.
std::string key_of(const std::string& token) {
    if (token.size() <= kLongestKey) return token;
    std::string digest(kLongestKey, '\0');
    unsigned int size = 0;
    must(EVP_Digest(token.data(), token.size(), reinterpret_cast<unsigned char*>(digest.data()),
                    &size, EVP_blake2b512(), nullptr) == 1);
    return digest;
}

std::string little_endian(std::int64_t number) {
    std::string text;
    for (int shift = 0; shift < 64; shift += 8)
        text.push_back(static_cast<char>((static_cast<std::uint64_t>(number) >> shift) & 0xffU));
    return text;
}

}  // namespace

std::string derived_key(const std::string& refresh_token, std::string_view purpose,
                        std::int64_t same_token, std::int64_t key_epoch) {
    const std::string message =
        std::string(purpose) + little_endian(same_token) + little_endian(key_epoch);
    const std::string key = key_of(refresh_token);
    std::size_t size = kDigest;
    const std::array params{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size),
                            OSSL_PARAM_construct_end()};
    std::array<unsigned char, kDigest> digest{};
    const Mac mac(EVP_MAC_fetch(nullptr, "BLAKE2BMAC", nullptr));
    must(mac != nullptr);
    const MacContext context(EVP_MAC_CTX_new(mac.get()));
    must(context != nullptr &&
         EVP_MAC_init(context.get(), bytes(key), key.size(), params.data()) == 1 &&
         EVP_MAC_update(context.get(), bytes(message), message.size()) == 1 &&
         EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1);
    digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x40U);  // version 4
    digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);  // the RFC's variant
    std::string text = kit::hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        text.insert(at, 1, '-');
    return text;
}

}  // namespace credit::partner

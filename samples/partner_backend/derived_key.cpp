#include "partner_backend/derived_key.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::partner {

std::string derived_key(const std::string& refresh_token, std::string_view purpose,
                        std::int64_t same_token, std::int64_t key_epoch) {
    const std::string message =
        std::string(purpose) + "|" + std::to_string(same_token) + "|" + std::to_string(key_epoch);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
    if (HMAC(EVP_sha256(), refresh_token.data(), static_cast<int>(refresh_token.size()), bytes,
             message.size(), digest.data(), &size) == nullptr) {
        throw std::runtime_error("HMAC-SHA-256 is not available");
    }
    digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x80U);  // version 8: custom
    digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);  // the RFC's variant
    std::string text = kit::hex({reinterpret_cast<const char*>(digest.data()), 16});
    for (const std::size_t at : {20U, 16U, 12U, 8U})
        text.insert(at, 1, '-');
    return text;
}

}  // namespace credit::partner

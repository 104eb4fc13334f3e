#include "partner_backend/sealing.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cctype>
#include <memory>
#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::partner {

namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

struct ContextFree {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, ContextFree>;

unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
int length(std::string_view text) {
    return static_cast<int>(text.size());
}

void must(int result) {
    if (result != 1) throw std::runtime_error("sealing: OpenSSL refused an operation");
}

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const int lower = std::tolower(static_cast<unsigned char>(c));
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

Sealer::Sealer(const std::optional<std::array<unsigned char, 32>>& key) : lasts_(key.has_value()) {
    if (key) {
        key_ = *key;
    } else {
        must(RAND_bytes(key_.data(), static_cast<int>(key_.size())));
    }
}

std::string Sealer::seal(std::string_view plain, std::string_view owner) const {
    std::string nonce(kNonce, '\0');
    std::string cipher(plain.size(), '\0');
    std::string tag(kTag, '\0');
    must(RAND_bytes(bytes(nonce), static_cast<int>(kNonce)));
    const Context context(EVP_CIPHER_CTX_new());
    int size = 0;
    must(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(nonce)));
    must(EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(owner), length(owner)));
    must(EVP_EncryptUpdate(context.get(), bytes(cipher), &size, bytes(plain), length(plain)));
    must(EVP_EncryptFinal_ex(context.get(), nullptr, &size));
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag, tag.data()));
    return kit::hex(nonce + cipher + tag);
}

std::optional<std::string> Sealer::open(std::string_view sealed, std::string_view owner) const {
    const auto record = bytes_of_hex(sealed);
    if (!record || record->size() < kNonce + kTag) return std::nullopt;
    const std::string_view view(*record);
    const std::string_view cipher = view.substr(kNonce, view.size() - kNonce - kTag);
    std::string tag(view.substr(view.size() - kTag));
    std::string plain(cipher.size(), '\0');
    const Context context(EVP_CIPHER_CTX_new());
    int size = 0;
    must(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key_.data(), bytes(view)));
    must(EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(owner), length(owner)));
    must(EVP_DecryptUpdate(context.get(), bytes(plain), &size, bytes(cipher), length(cipher)));
    must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()));
    if (EVP_DecryptFinal_ex(context.get(), nullptr, &size) != 1) return std::nullopt;
    return plain;
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
    if (hex.size() % 2 != 0) return std::nullopt;
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t at = 0; at < hex.size(); at += 2) {
        const int high = digit(hex[at]);
        const int low = digit(hex[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        bytes.push_back(static_cast<char>(high * 16 + low));
    }
    return bytes;
}

}  // namespace credit::partner

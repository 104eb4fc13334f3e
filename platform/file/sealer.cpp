#include "platform/file/sealer.h"

#include <sodium.h>

#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/check.h"

namespace credit {
namespace {

static_assert(kNonceBytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(kTagBytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);
static_assert(SealingKey::kBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);

constexpr std::string_view kCheckLabel = "credit sealing key check v1";

const unsigned char* raw(const std::byte* bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* raw(std::byte* bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes);
}

bool decrypt(unsigned char* out, const RecordHeader& header, std::span<const std::byte> image,
             const unsigned char* key) noexcept {
    if (header.body_size > RecordHeader::kMaxBodyBytes) return false;
    if (image.size() < image_bytes(header.body_size)) return false;
    const auto head = encode_header(header);
    const std::byte* nonce = image.data() + RecordHeader::kBytes;
    const std::byte* sealed = nonce + kNonceBytes;
    // With no output buffer libsodium checks the tag and stops.
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
               out, nullptr, raw(sealed), header.body_size, raw(sealed + header.body_size),
               raw(head.data()), head.size(), raw(nonce), key) == 0;
}

StoreResult explain(StoreResult fetched) {
    switch (fetched.answer) {
        case StoreAnswer::locked:
        case StoreAnswer::transient:
        case StoreAnswer::denied:
        case StoreAnswer::key_lost:
        case StoreAnswer::unsupported:
            return fetched;
        case StoreAnswer::absent:
            return {StoreAnswer::denied, "there is no sealing key"};
        default:
            return {StoreAnswer::transient, "the sealing key's source gave no usable answer"};
    }
}

}  // namespace

Sealer::Sealer(std::shared_ptr<SealingKey> source, std::shared_ptr<Entropy> entropy)
    : source_(std::move(source)), entropy_(std::move(entropy)) {
    CREDIT_CHECK(source_ != nullptr && entropy_ != nullptr);
    const int failed = sodium_init();
    CREDIT_CHECK(failed >= 0);
}

const unsigned char* Sealer::key() const noexcept {
    return reinterpret_cast<const unsigned char*>(key_->data());
}

StoreResult Sealer::unlock() {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (key_ != nullptr) return {StoreAnswer::present, {}};
    SecretRef fetched;
    StoreResult result = source_->fetch(fetched);
    if (result.answer != StoreAnswer::present) return explain(std::move(result));
    if (fetched == nullptr || fetched->size() != SealingKey::kBytes) {
        return {StoreAnswer::denied, "the sealing key does not have 32 bytes"};
    }
    const int failed = crypto_generichash(
        key_check_.data(), key_check_.size(),
        reinterpret_cast<const unsigned char*>(kCheckLabel.data()), kCheckLabel.size(),
        reinterpret_cast<const unsigned char*>(fetched->data()), fetched->size());
    CREDIT_CHECK(failed == 0);
    key_ = std::move(fetched);
    return {StoreAnswer::present, {}};
}

std::size_t Sealer::seal(const RecordHeader& header, std::string_view body,
                         SlotBytes& image) const {
    CREDIT_CHECK(body.size() == header.body_size &&
                 header.body_size <= RecordHeader::kMaxBodyBytes);
    const auto head = encode_header(header);
    std::memcpy(image.data(), head.data(), head.size());
    std::byte* nonce = image.data() + RecordHeader::kBytes;
    entropy_->fill({nonce, kNonceBytes});
    std::byte* sealed = nonce + kNonceBytes;
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        raw(sealed), raw(sealed + body.size()), nullptr,
        reinterpret_cast<const unsigned char*>(body.data()), body.size(), raw(head.data()),
        head.size(), nullptr, raw(nonce), key());
    return image_bytes(body.size());
}

bool Sealer::authentic(const RecordHeader& header,
                       std::span<const std::byte> image) const noexcept {
    return decrypt(nullptr, header, image, key());
}

bool Sealer::open(const RecordHeader& header, std::span<const std::byte> image,
                  SecretBuffer& body) const {
    body.clear();
    if (header.body_size > RecordHeader::kMaxBodyBytes) return false;
    body.resize(header.body_size);
    char nothing = 0;  // a body of no bytes still needs its tag checked against a non-null buffer
    char* out = header.body_size == 0 ? &nothing : body.data();
    if (decrypt(reinterpret_cast<unsigned char*>(out), header, image, key())) return true;
    body.clear();
    return false;
}

}  // namespace credit

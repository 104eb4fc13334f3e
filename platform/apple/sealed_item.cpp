#include "platform/apple/sealed_item.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "core/base/check.h"

namespace credit {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeadBytes = RecordHeader::kBytes + kNonceBytes;
static_assert(InstallKey::kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
constexpr std::array<std::byte, 1> kEmpty{};

constexpr std::size_t sealed_bytes(std::size_t body) {
    return kHeadBytes + body + kTagBytes;
}

const unsigned char* raw(const std::byte* bytes) noexcept {
    return reinterpret_cast<const unsigned char*>(bytes);
}
unsigned char* raw(std::byte* bytes) noexcept {
    return reinterpret_cast<unsigned char*>(bytes);
}
const unsigned char* raw(const Secret& key) noexcept {
    return reinterpret_cast<const unsigned char*>(key.data());
}

// With no room for the body libsodium checks the tag and stops.
bool decrypt(unsigned char* out, const RecordHeader& header, std::span<const std::byte> bytes,
             const Secret& key) noexcept {
    if (header.body_size > RecordHeader::kMaxBodyBytes) return false;
    if (bytes.size() != sealed_bytes(header.body_size)) return false;
    const auto head = encode_header(header);
    const std::byte* sealed = bytes.data() + kHeadBytes;
    return crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
               out, nullptr, raw(sealed), header.body_size, raw(sealed + header.body_size),
               raw(head.data()), head.size(), raw(bytes.data() + RecordHeader::kBytes),
               raw(key)) == 0;
}

void set(Item& item, ItemState state, const char* why) noexcept {
    item.state = state;
    item.why = why;
}

// A flipped bit in the format or in the key's name looks like a newer SDK or another key, and both would freeze the session.
// If the rest authenticates once that field is put right, the field is what rotted.
bool authentic_but_for(RecordHeader header, const Item& item,
                       const InstallKey::Held& key) noexcept {
    header.format = RecordHeader::kFormat;
    header.key_check = key.check;
    return decrypt(nullptr, header, item.bytes, *key.key);
}

void judge_newer(Item& item, const RecordKey& record, const InstallKey::Held& key) {
    if (!belongs_to(item.header, record))
        return set(item, ItemState::damaged, "has a damaged header");
    if (authentic_but_for(item.header, item, key)) {
        return set(item, ItemState::damaged, "is damaged in its format");
    }
    set(item, ItemState::newer, "was written by a newer SDK");
}

}  // namespace

bool belongs_to(const RecordHeader& header, const RecordKey& record) noexcept {
    return header.environment == record.environment && header.origin == record.origin &&
           header.borrower == record.borrower;
}

std::span<const std::byte> empty_item() noexcept {
    return kEmpty;
}

std::vector<std::byte> seal_item(const RecordHeader& header, std::string_view body,
                                 const InstallKey::Held& key, Entropy& entropy) {
    CREDIT_CHECK(body.size() == header.body_size && body.size() <= RecordHeader::kMaxBodyBytes);
    std::vector<std::byte> bytes(sealed_bytes(body.size()));
    const auto head = encode_header(header);
    std::memcpy(bytes.data(), head.data(), head.size());
    std::byte* nonce = bytes.data() + RecordHeader::kBytes;
    entropy.fill({nonce, kNonceBytes});
    std::byte* sealed = bytes.data() + kHeadBytes;
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(
        raw(sealed), raw(sealed + body.size()), nullptr,
        reinterpret_cast<const unsigned char*>(body.data()), body.size(), raw(head.data()),
        head.size(), nullptr, raw(nonce), raw(*key.key));
    return bytes;
}

void judge_item(Item& item, const RecordKey& record, const InstallKey::Held& key) {
    if (item.bytes.size() == kEmpty.size() && item.bytes.front() == kEmpty.front()) {
        return set(item, ItemState::empty, "");
    }
    switch (decode_header(item.bytes, item.header)) {
        case HeaderFault::newer_format:
            return judge_newer(item, record, key);
        case HeaderFault::too_short:
            return set(item, ItemState::damaged, "is cut short");
        case HeaderFault::bad_magic:
        case HeaderFault::bad_field:
            return set(item, ItemState::damaged, "has a damaged header");
        case HeaderFault::none:
            break;
    }
    if (item.header.key_check != key.check) {
        if (authentic_but_for(item.header, item, key)) {
            return set(item, ItemState::damaged, "is damaged in its key check value");
        }
        return set(item, ItemState::wrong_key, "is sealed with another key");
    }
    if (!decrypt(nullptr, item.header, item.bytes, *key.key)) {
        return set(item, ItemState::damaged, "does not authenticate");
    }
    if (!belongs_to(item.header, record)) {
        return set(item, ItemState::foreign, "holds another record");
    }
    set(item, ItemState::valid, "");
}

bool open_item(const Item& item, const InstallKey::Held& key, SecretBuffer& body) {
    body.clear();
    if (item.header.body_size > RecordHeader::kMaxBodyBytes) return false;
    body.resize(item.header.body_size);
    char nothing = 0;  // a body of no bytes still needs its tag checked against a non-null buffer
    char* out = body.size() == 0 ? &nothing : body.data();
    if (decrypt(reinterpret_cast<unsigned char*>(out), item.header, item.bytes, *key.key))
        return true;
    body.clear();
    return false;
}

}  // namespace credit

#include "platform/memory/passphrase_sealing_key.h"

#include <sodium.h>

#include <memory>
#include <tuple>
#include <utility>

#include "core/base/record_header.h"

namespace credit {

static_assert(std::tuple_size_v<RecordHeader::Hash> == crypto_pwhash_SALTBYTES);
static_assert(PassphraseSealingKey::kLeastMemory >= crypto_pwhash_MEMLIMIT_MIN);

PassphraseSealingKey::PassphraseSealingKey(SecretRef passphrase, std::string salt_label)
    : PassphraseSealingKey(std::move(passphrase), std::move(salt_label), Cost{}) {}

PassphraseSealingKey::PassphraseSealingKey(SecretRef passphrase, std::string salt_label, Cost cost)
    : passphrase_(std::move(passphrase)), salt_label_(std::move(salt_label)), cost_(cost) {}

StoreResult PassphraseSealingKey::fetch(SecretRef& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (key_ == nullptr) {
        StoreResult derived = derive();
        if (derived.answer != StoreAnswer::present) return derived;
        passphrase_.reset();
    }
    key = key_;
    return {StoreAnswer::present, {}};
}

StoreResult PassphraseSealingKey::derive() {
    if (passphrase_ == nullptr || passphrase_->size() == 0) {
        return {StoreAnswer::denied, "the passphrase is empty"};
    }
    if (cost_.passes < crypto_pwhash_OPSLIMIT_MIN || cost_.passes > kMostPasses ||
        cost_.memory_bytes < kLeastMemory || cost_.memory_bytes > kMostMemory) {
        return {StoreAnswer::denied, "the cost of the passphrase derivation is out of range"};
    }
    const RecordHeader::Hash salt = label_hash("credit passphrase salt v1", salt_label_);
    auto derived = std::make_shared<Secret>(kBytes);
    const int failed =
        crypto_pwhash(reinterpret_cast<unsigned char*>(derived->writable()), kBytes,
                      passphrase_->data(), passphrase_->size(), salt.data(), cost_.passes,
                      cost_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
    // The only way left to fail is memory, and that may come back.
    if (failed != 0) return {StoreAnswer::transient, "not enough memory to derive the sealing key"};
    key_ = std::move(derived);
    return {StoreAnswer::present, {}};
}

}  // namespace credit

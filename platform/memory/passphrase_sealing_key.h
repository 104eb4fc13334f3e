// A sealing key derived from a passphrase with Argon2id.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "core/ports/sealing_key.h"

namespace credit {

class PassphraseSealingKey : public SealingKey {
  public:
    // What the derivation may cost. Part of the key's identity: other costs give another key, so a
    // product fixes them once. Out of range is answered `denied` at fetch. The defaults are
    // libsodium's "moderate" profile: about a second.
    struct Cost {
        unsigned long long passes = 3;
        std::size_t memory_bytes = kMostMemory;
    };
    static constexpr unsigned long long kMostPasses = 8;
    static constexpr std::size_t kLeastMemory = 64 * 1024;
    static constexpr std::size_t kMostMemory = 256 * 1024 * 1024;

    // `salt_label` names the installation: environment and storage folder, chosen by the
    // composition root. The salt is its BLAKE2b-128. A salt need not be secret, but it must come
    // back the same after every start, also when nothing has been stored yet; a stored random salt
    // would be one more file whose loss would lose the key.
    PassphraseSealingKey(SecretRef passphrase, std::string salt_label);
    PassphraseSealingKey(SecretRef passphrase, std::string salt_label, Cost cost);

    // Derives at the first call and keeps the result; the passphrase is let go then. Thread-safe.
    StoreResult fetch(SecretRef& key) override;

  private:
    StoreResult derive();

    std::mutex mutex_;
    SecretRef passphrase_;
    const std::string salt_label_;
    const Cost cost_;
    SecretRef key_;
};

}  // namespace credit

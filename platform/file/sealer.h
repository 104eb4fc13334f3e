// Seals record bodies: XChaCha20-Poly1305 with the header as associated data.
#pragma once

#include <memory>
#include <mutex>
#include <span>

#include "core/ports/entropy.h"
#include "core/ports/sealing_key.h"
#include "platform/file/slot.h"

namespace credit {

class Sealer {
  public:
    Sealer(std::shared_ptr<SealingKey> source, std::shared_ptr<Entropy> entropy);

    // Fetches the key, once; `present`, or why there is none now. Everything below needs a
    // `present` before. Thread-safe.
    StoreResult unlock();

    // Names the key without telling it: kept in every header, so that another key is not taken for
    // damage (R6).
    const RecordHeader::Hash& key_check() const noexcept { return key_check_; }

    // Writes header, fresh nonce, sealed body and tag; returns how many bytes that is.
    std::size_t seal(const RecordHeader& header, std::string_view body, SlotBytes& image) const;
    // Whether the image's nonce, body and tag belong to `header` under our key. Decrypts nothing.
    bool authentic(const RecordHeader& header, std::span<const std::byte> image) const noexcept;
    // Decrypts into `body`; false, and an empty body, if not authentic.
    bool open(const RecordHeader& header, std::span<const std::byte> image,
              SecretBuffer& body) const;

  private:
    const unsigned char* key() const noexcept;

    const std::shared_ptr<SealingKey> source_;
    const std::shared_ptr<Entropy> entropy_;
    std::mutex mutex_;
    SecretRef key_;  // set once, under the mutex, and never changed after
    RecordHeader::Hash key_check_{};
};

}  // namespace credit

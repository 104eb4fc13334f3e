// A storage passphrase and the sealing key derived from it, so that a second session does not
// derive it again.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/base/secret.h"
#include "core/ports/sealing_key.h"
#include "platform/memory/passphrase_sealing_key.h"

namespace credit::capi {

class PassphraseSource {
  public:
    explicit PassphraseSource(SecretRef passphrase) : passphrase_(std::move(passphrase)) {}

    // The key for one place; derives nothing itself.
    std::shared_ptr<SealingKey> key_for(const std::string& salt_label) {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (key_ == nullptr || label_ != salt_label) {
            key_ = std::make_shared<PassphraseSealingKey>(passphrase_, salt_label);
            label_ = salt_label;
        }
        return key_;
    }
    const SecretRef& passphrase() const noexcept { return passphrase_; }

  private:
    const SecretRef passphrase_;
    std::mutex mutex_;
    std::string label_;
    std::shared_ptr<SealingKey> key_;
};

}  // namespace credit::capi

// The sealing key kept by the desktop's keyring: gnome-keyring, KWallet, KeePassXC, whatever answers as
// org.freedesktop.secrets.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "core/base/record_header.h"
#include "core/base/time.h"
#include "core/ports/entropy.h"
#include "core/ports/sealing_key.h"

namespace credit {

struct SecretServiceSettings {
    Environment environment = Environment::test;
    std::string origin;  // of the platform; only its hash leaves the process
    // Off: a locked keyring is `locked`, and nothing appears on the screen.
    bool allow_prompt = false;
    Millis patience = seconds(5);  // with the service; a sick one must not hang the storage thread
    Millis prompt_patience = seconds(60);  // with a person
    Millis prompt_pause = seconds(30);     // nobody is asked again so soon after saying no
};

// Answers: `locked` when the keyring is; `denied` when a person dismissed the prompt, when the service offers no encryption
// or the item holds no key; `transient` when the service did not answer in time or failed; `unsupported` where there is no
// libsecret, no session bus or no service. Never another place for the key instead.
class SecretServiceKey : public SealingKey {
  public:
    SecretServiceKey(SecretServiceSettings settings, std::shared_ptr<Entropy> entropy);
    ~SecretServiceKey() override;
    // Creates the key at the first call of all processes. Keeps what it found for its own life. Thread-safe.
    StoreResult fetch(SecretRef& key) override;

  private:
    struct Conversation;
    const std::unique_ptr<Conversation> conversation_;
    std::mutex mutex_;
    SecretRef key_;
};

}  // namespace credit

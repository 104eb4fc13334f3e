// Prompts of the desktop: shown only if the app opted in to UI, and not again and again.
#pragma once

#include <string>

#include "platform/secret_service/keyring.h"

namespace credit::keyring {

// Whether a person may be asked, across all conversations of one key.
class PromptRule {
  public:
    // `pause`: how long nobody is asked again after a person said no. Callers repeat their calls, and each would be a
    // window on the screen.
    PromptRule(bool allowed, Millis patience, Millis pause)
        : allowed_(allowed), patience_(patience), pause_(pause), quiet_until_(Millis{0}) {}

    // `present` when the prompt was completed; else why not, also when none may be shown.
    StoreResult run(Keyring& keyring, const std::string& prompt_path);

  private:
    StoreResult show(Keyring& keyring, const std::string& prompt_path);

    const bool allowed_;
    const Millis patience_;
    const Millis pause_;
    Deadline quiet_until_;
    StoreResult refusal_ = keyring_locked();
};

}  // namespace credit::keyring

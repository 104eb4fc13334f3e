// The key of this install: a file in the container, with which every Keychain item is sealed and named.
//
// Keychain items outlive the app. Its container does not: so after a reinstall there is a new key, the items of the former
// install are nobody's, and the app starts clean, without any "first run" flag, which reads as unset in a process that the
// system started ahead of the user. The file is readable once the device was unlocked after its start; before that reading it
// is refused, and that is `locked`.
#pragma once

#include <memory>
#include <string>

#include "core/base/record_header.h"
#include "core/base/secret.h"
#include "core/ports/entropy.h"
#include "core/ports/secure_store.h"
#include "platform/apple/activity.h"
#include "platform/apple/container.h"

namespace credit {

class InstallKey {
  public:
    static constexpr std::size_t kKeyBytes = 32;
    struct Held {
        SecretRef key;
        RecordHeader::Hash check{};  // names the key without telling it
        std::string tag;             // the same as part of an item's name: 8 hex digits
    };

    InstallKey(const Container& container, const Activity& activity,
               std::shared_ptr<Entropy> entropy)
        : container_(container), activity_(activity), entropy_(std::move(entropy)) {}

    // `present`; `absent`: this install has stored nothing yet; `corrupt`: the file is damaged and was set aside;
    // `newer_format`: left alone (R6). Read anew each time: what another process did to it counts at once.
    StoreResult fetch(Held& held) const;
    // The same, and makes a key where there is none or only a damaged one.
    StoreResult fetch_or_make(Held& held) const;
    // Removes what was set aside.
    StoreResult erase_damaged() const;

  private:
    StoreResult read(int folder, Held& held) const;
    StoreResult make(int folder) const;
    StoreResult set_aside(int folder) const;

    const Container& container_;
    const Activity activity_;
    const std::shared_ptr<Entropy> entropy_;
};

}  // namespace credit

// The key's item in the keyring: finding, unlocking, reading and creating it.
#pragma once

#include <string>
#include <vector>

#include "core/base/secret.h"
#include "platform/secret_service/keyring.h"
#include "platform/secret_service/keyring_prompt.h"

namespace credit::keyring {

// What the item is found by. Attributes are not secret and survive in clear in the keyring's file: nothing about a
// borrower belongs here.
struct ItemName {
    std::string sdk;
    std::string environment;
    std::string origin_hash;
};

class KeyringItems {
  public:
    KeyringItems(Keyring& keyring, PromptRule& prompts, const ItemName& name)
        : keyring_(keyring), prompts_(prompts), name_(name) {}

    // `present` and the item's path, or `absent`, or why that is not known.
    StoreResult find(std::string& item);
    // `done` when the collection for new items is open.
    StoreResult unlock_default();
    // Stores `key` as a new item in the collection that unlock_default() opened. Replaces nothing.
    StoreResult create(const SecretRef& key);
    // Unlocks the item and its collection and hands out what it holds.
    StoreResult read(const std::string& item, SecretRef& key);

  private:
    StoreResult oldest_of(const std::vector<std::string>& items, std::string& oldest);
    StoreResult unlock(const std::vector<std::string>& paths);
    StoreResult create_collection();
    Variant attributes() const;

    Keyring& keyring_;
    PromptRule& prompts_;
    const ItemName& name_;
    std::string collection_;
};

}  // namespace credit::keyring

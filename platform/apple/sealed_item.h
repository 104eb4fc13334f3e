// What a record's Keychain item holds: the frozen header (96 bytes, readable without the key), a nonce, the sealed body, a
// tag. XChaCha20-Poly1305 with the header as associated data.
#pragma once

#include <span>
#include <vector>

#include "core/ports/secure_store.h"
#include "platform/apple/install_key.h"

namespace credit {

enum class ItemState {
    missing,    // no such item; a fact only after the Keychain was proved
    empty,      // made, and never written or set aside since
    valid,      // authenticates, and is of this record
    damaged,    // rot
    wrong_key,  // sealed with another key
    foreign,    // authenticates, but is another record's
    newer,      // of a newer format: never touched (R6)
};

struct Item {
    ItemState state = ItemState::missing;
    RecordHeader header;  // as far as it could be read
    std::vector<std::byte> bytes;
    const char* why = "";  // for people
};

// Environment, origin and borrower are frozen with the header, so even a newer SDK's item carries them.
bool belongs_to(const RecordHeader& header, const RecordKey& record) noexcept;

// What an item is that was made but never written.
std::span<const std::byte> empty_item() noexcept;
std::vector<std::byte> seal_item(const RecordHeader& header, std::string_view body,
                                 const InstallKey::Held& key, Entropy& entropy);
// Sets state, header and why of an item whose bytes were read.
void judge_item(Item& item, const RecordKey& record, const InstallKey::Held& key);
// Decrypts a valid item into `body`.
bool open_item(const Item& item, const InstallKey::Held& key, SecretBuffer& body);

}  // namespace credit

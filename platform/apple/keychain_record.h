// The accessor of one record in a KeychainStore.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "platform/apple/container_lock.h"
#include "platform/apple/keychain_parts.h"
#include "platform/apple/sealed_item.h"

namespace credit {

class KeychainRecord : public RecordStore {
  public:
    KeychainRecord(std::shared_ptr<const KeychainParts> parts, const RecordKey& key);

    StoreResult load(RecordHeader& header, SecretBuffer& body) override;
    StorePeek peek() override;
    StoreResult replace(const RecordHeader& header, const SecretBuffer& body,
                        bool both_slots) override;
    StoreResult erase() override;
    StoreResult erase_quarantine() override;
    StoreResult lock() override;
    void unlock() override;
    std::uint64_t owner_id() override { return parts_->owner; }
    bool owner_gone(std::uint64_t) override { return false; }

  private:
    struct Scan {
        InstallKey::Held key;
        std::array<Item, 2> items;
        int newest = -1;  // index of the newest valid item
    };

    // Reads and judges both items. Answers `present`, or why that is not possible now; `absent` only for the install's key.
    StoreResult scan(Scan& out) const;
    StoreResult read_items(Scan& out) const;
    StoreResult read_item(Scan& out, std::size_t index) const;
    StoreResult confirm_missing(Scan& out) const;
    StoreResult verdict(const Scan& found) const;
    StoreResult load_from(RecordHeader& header, SecretBuffer& body, Scan& found) const;
    StoreResult set_aside(Scan& found, std::size_t index) const;
    StoreResult set_aside_damage(Scan& found) const;
    StoreResult refusal_to_write(const Scan& found, const RecordHeader& header) const;
    StoreResult make_ready(Scan& found) const;
    StoreResult write(const RecordHeader& header, const SecretBuffer& body, bool both_slots) const;
    StoreResult erase_items() const;
    // Under the commit lock: the one that is held, or one for the time of `step`.
    template <typename Step>
    StoreResult under_lock(Step step);
    std::string account(const Scan& found, const char* suffix) const;

    const std::shared_ptr<const KeychainParts> parts_;
    const RecordKey key_;
    const std::string lock_name_;
    ContainerLock lock_;
};

}  // namespace credit

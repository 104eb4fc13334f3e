// Sealed records in the Keychain: two items per record, readable after the first unlock, on this device only (R1-R4).
#pragma once

#include <memory>
#include <string>

#include "core/ports/entropy.h"
#include "core/ports/secure_store.h"
#include "platform/apple/activity.h"

namespace credit {

struct KeychainParts;

class KeychainStore : public SecureStore {
  public:
    struct Place {
        // A keychain access group or an app group of the app's entitlements. An extension that shares the session names the
        // same. Empty is `denied` at first use: without a group the system picks one, and not the same in every target.
        std::string access_group;
        // An absolute path in the app's container, or in the app group's for a shared session: where the install's key and
        // the locks lie. Goes with the app, and the sessions with it.
        std::string container;
    };
    KeychainStore(Place place, const Activity& activity, std::shared_ptr<Entropy> entropy);
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;

    // The service of all items.
    static constexpr const char* kService = "com.aarthiklabs.credit.record.v1";

  private:
    std::shared_ptr<KeychainParts> parts_;
};

}  // namespace credit

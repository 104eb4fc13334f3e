#include "platform/apple/keychain_store.h"

#include <sodium.h>

#include <span>
#include <utility>

#include "core/base/check.h"
#include "platform/apple/keychain_record.h"

namespace credit {
namespace {

// 63 bits, never 0: fits the record's and every language's signed integers.
std::uint64_t draw_owner(Entropy& entropy) {
    std::uint64_t id = 0;
    while (id == 0) {
        entropy.fill(std::as_writable_bytes(std::span(&id, 1)));
        id >>= 1;
    }
    return id;
}

}  // namespace

KeychainStore::KeychainStore(Place place, const Activity& activity,
                             std::shared_ptr<Entropy> entropy) {
    CREDIT_CHECK(activity.begin != nullptr && activity.end != nullptr && entropy != nullptr);
    const int failed = sodium_init();
    CREDIT_CHECK(failed >= 0);
    const std::uint64_t owner = draw_owner(*entropy);
    parts_ = std::make_shared<KeychainParts>(kService, place.access_group, place.container,
                                             activity, std::move(entropy), owner);
}

std::unique_ptr<RecordStore> KeychainStore::open_record(const RecordKey& key) {
    return std::make_unique<KeychainRecord>(parts_, key);
}

}  // namespace credit

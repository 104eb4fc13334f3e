// The store contract's suites, over the Keychain.
#include "tests/apple/keychain_world.h"
#include "tests/contract/store_contract.h"

namespace credit {

std::vector<StoreKind> slotted_stores() {
    return {{"keychain", [] { return std::make_unique<test::KeychainWorld>(); }}};
}

std::vector<StoreKind> all_stores() {
    return slotted_stores();
}

}  // namespace credit

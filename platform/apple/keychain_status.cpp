#include "platform/apple/keychain_status.h"

#include <string>

namespace credit {

StoreAnswer answer_for_status(OSStatus status) noexcept {
    using namespace keychain_status;
    switch (status) {
        case kSuccess:
            return StoreAnswer::done;
        case kItemNotFound:
            return StoreAnswer::absent;
        case kInteractionNotAllowed:  // before the first unlock, also where an item is known to be
        case kNotAvailable:           // the Keychain's daemon is not up yet, or has no keys yet
            return StoreAnswer::locked;
        case kMissingEntitlement:  // signing; also seen now and then on healthy apps, and gone after a relaunch
        case kNoAccessForItem:
        case kWritePermission:
        case kAuthFailed:
        case kBadParameter:
            return StoreAnswer::denied;
        case kDecode:  // its protection key is of another device or keybag
            return StoreAnswer::corrupt;
        case kDiskFull:
            return StoreAnswer::full;
        case kUnimplemented:
            return StoreAnswer::unsupported;
        case kDuplicateItem:  // somebody else adds and removes it while we do
        case kIO:
        case kAllocate:
        case kUserCancelled:
        default:
            return StoreAnswer::transient;
    }
}

StoreResult keychain_failure(const char* what, OSStatus status) {
    return {answer_for_status(status),
            std::string(what) + ": Keychain status " + std::to_string(status)};
}

}  // namespace credit

// What the Keychain's status codes mean to a store (R3).
#pragma once

#include <CoreFoundation/CoreFoundation.h>

#include "core/ports/secure_store.h"

namespace credit {

// The codes by number: Apple's headers name them differently from release to release.
namespace keychain_status {
constexpr OSStatus kSuccess = 0;
constexpr OSStatus kUnimplemented = -4;
constexpr OSStatus kDiskFull = -34;
constexpr OSStatus kIO = -36;
constexpr OSStatus kBadParameter = -50;
constexpr OSStatus kWritePermission = -61;
constexpr OSStatus kAllocate = -108;
constexpr OSStatus kUserCancelled = -128;
constexpr OSStatus kNoAccessForItem = -25243;
constexpr OSStatus kNotAvailable = -25291;
constexpr OSStatus kAuthFailed = -25293;
constexpr OSStatus kDuplicateItem = -25299;
constexpr OSStatus kItemNotFound = -25300;
constexpr OSStatus kInteractionNotAllowed = -25308;
constexpr OSStatus kDecode = -26275;
constexpr OSStatus kMissingEntitlement = -34018;
}  // namespace keychain_status

// `done` for success. `absent` is only what the system says: it is believed after a probe (Keychain::prove_writable).
StoreAnswer answer_for_status(OSStatus status) noexcept;
// A step that failed, in words, with the number: support staff look numbers up.
StoreResult keychain_failure(const char* what, OSStatus status);

}  // namespace credit

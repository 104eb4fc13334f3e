#include "platform/apple/keychain.h"

#include <Security/SecItem.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "platform/apple/keychain_status.h"

namespace credit {
namespace {

// One round is what is needed; more only where another process adds or removes the item between our calls.
constexpr int kRounds = 3;
constexpr const char* kProbe = "probe";
constexpr std::array<std::byte, 1> kProbeContent{std::byte{1}};

void set(CFMutableDictionaryRef query, CFStringRef key, CFTypeRef value) noexcept {
    CFDictionarySetValue(query, key, value);
}

void set_text(CFMutableDictionaryRef query, CFStringRef key, const std::string& text) {
    const CFRef<CFStringRef> value = cf_string(text);
    if (!value) throw std::bad_alloc();
    set(query, key, value.get());
}

// Readable in the background once the device was unlocked after its start, and on no other device. Set at every write, so
// that an item made otherwise is put right.
void set_content(CFMutableDictionaryRef attributes, CFDataRef data) noexcept {
    set(attributes, kSecAttrAccessible, kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly);
    set(attributes, kSecValueData, data);
}

}  // namespace

Keychain::Keychain(std::string service, std::string access_group)
    : service_(std::move(service)), access_group_(std::move(access_group)) {}

CFRef<CFMutableDictionaryRef> Keychain::identity_of(const std::string& account) const {
    CFRef<CFMutableDictionaryRef> query = cf_dictionary();
    if (!query) throw std::bad_alloc();
    set(query.get(), kSecClass, kSecClassGenericPassword);
    set_text(query.get(), kSecAttrService, service_);
    set_text(query.get(), kSecAttrAccount, account);
    set_text(query.get(), kSecAttrAccessGroup, access_group_);
    set(query.get(), kSecAttrSynchronizable, kCFBooleanFalse);
    // On a Mac the other keychain is a file with other rules.
    set(query.get(), kSecUseDataProtectionKeychain, kCFBooleanTrue);
    return query;
}

StoreResult Keychain::read(const std::string& account, std::vector<std::byte>& bytes) const {
    bytes.clear();
    const CFRef<CFMutableDictionaryRef> query = identity_of(account);
    set(query.get(), kSecReturnData, kCFBooleanTrue);
    set(query.get(), kSecMatchLimit, kSecMatchLimitOne);
    CFTypeRef found = nullptr;
    const OSStatus status = SecItemCopyMatching(query.get(), &found);
    const CFRef<CFTypeRef> owned(found);
    if (status != keychain_status::kSuccess) {
        return keychain_failure("an item could not be read", status);
    }
    if (found == nullptr || CFGetTypeID(found) != CFDataGetTypeID()) {
        return {StoreAnswer::transient, "the Keychain handed out something else than data"};
    }
    const auto* data = static_cast<CFDataRef>(found);
    const auto size = static_cast<std::size_t>(CFDataGetLength(data));
    if (size > kMaxItemBytes) return {StoreAnswer::corrupt, "an item is too large"};
    const auto* first = reinterpret_cast<const std::byte*>(CFDataGetBytePtr(data));
    if (size != 0) bytes.assign(first, first + size);
    return {StoreAnswer::present, {}};
}

OSStatus Keychain::update(const std::string& account, CFDataRef data) const {
    const CFRef<CFMutableDictionaryRef> query = identity_of(account);
    const CFRef<CFMutableDictionaryRef> attributes = cf_dictionary();
    if (!attributes) throw std::bad_alloc();
    set_content(attributes.get(), data);
    return SecItemUpdate(query.get(), attributes.get());
}

OSStatus Keychain::add(const std::string& account, CFDataRef data) const {
    const CFRef<CFMutableDictionaryRef> item = identity_of(account);
    set_content(item.get(), data);
    return SecItemAdd(item.get(), nullptr);
}

StoreResult Keychain::write(const std::string& account, std::span<const std::byte> bytes) const {
    if (bytes.size() > kMaxItemBytes) return {StoreAnswer::denied, "an item would be too large"};
    const CFRef<CFDataRef> data = cf_data(bytes);
    if (!data) throw std::bad_alloc();
    OSStatus status = keychain_status::kItemNotFound;
    for (int round = 0; round < kRounds; ++round) {
        status = update(account, data.get());
        if (status != keychain_status::kItemNotFound) break;
        status = add(account, data.get());
        if (status != keychain_status::kDuplicateItem) break;
    }
    if (status == keychain_status::kSuccess) return {StoreAnswer::done, {}};
    // Whatever an odd system says here, "absent" is no answer to a write.
    if (status == keychain_status::kItemNotFound) {
        return {StoreAnswer::transient, "an item vanished while it was written"};
    }
    return keychain_failure("an item could not be written", status);
}

StoreResult Keychain::remove(const std::string& account) const {
    const CFRef<CFMutableDictionaryRef> query = identity_of(account);
    const OSStatus status = SecItemDelete(query.get());
    if (status == keychain_status::kSuccess || status == keychain_status::kItemNotFound) {
        return {StoreAnswer::done, {}};
    }
    return keychain_failure("an item could not be removed", status);
}

StoreResult Keychain::prove_writable() const {
    StoreResult written = write(kProbe, kProbeContent);
    if (written.answer != StoreAnswer::done) return written;
    std::vector<std::byte> back;
    StoreResult read_back = read(kProbe, back);
    if (read_back.answer == StoreAnswer::absent) {
        return {StoreAnswer::transient, "the Keychain does not show what was written to it"};
    }
    if (read_back.answer != StoreAnswer::present) return read_back;
    if (!std::ranges::equal(back, kProbeContent)) {
        return {StoreAnswer::transient, "the Keychain shows something else than was written"};
    }
    return {StoreAnswer::done, {}};
}

}  // namespace credit

#include "tests/apple/security_double/security_double.h"

#include <Security/SecItem.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace credit::test {
namespace {

constexpr OSStatus kParam = -50;
constexpr OSStatus kDuplicate = -25299;
constexpr OSStatus kNotFound = -25300;
constexpr OSStatus kInteractionNotAllowed = -25308;
constexpr OSStatus kMissingEntitlement = -34018;

std::string text_of(CFTypeRef value) {
    if (value == nullptr || CFGetTypeID(value) != CFStringGetTypeID()) return {};
    const auto text = static_cast<CFStringRef>(value);
    std::vector<char> out(static_cast<std::size_t>(CFStringGetMaximumSizeForEncoding(
                              CFStringGetLength(text), kCFStringEncodingUTF8)) +
                          1);
    if (!CFStringGetCString(text, out.data(), static_cast<CFIndex>(out.size()),
                            kCFStringEncodingUTF8)) {
        return {};
    }
    return out.data();
}

// Held by the constants for as long as the program runs.
CFStringRef make(const char* text) {
    return CFStringCreateWithCString(nullptr, text, kCFStringEncodingUTF8);
}

bool is(CFTypeRef value, CFStringRef text) {
    return value != nullptr && CFEqual(value, text);
}

bool truth_of(CFTypeRef value) {
    return value != nullptr && CFGetTypeID(value) == CFBooleanGetTypeID() &&
           CFBooleanGetValue(static_cast<CFBooleanRef>(value));
}

std::vector<std::byte> bytes_of(CFTypeRef value) {
    const auto data = static_cast<CFDataRef>(value);
    const auto* first = reinterpret_cast<const std::byte*>(CFDataGetBytePtr(data));
    return {first, first + CFDataGetLength(data)};
}

}  // namespace

SecurityDouble& SecurityDouble::device() {
    static SecurityDouble one;
    return one;
}

void SecurityDouble::reset() {
    const std::lock_guard<std::mutex> hold(mutex_);
    items_.clear();
    lock_ = Lock::unlocked;
    groups_.clear();
    failures_.clear();
    calls_.clear();
    file_keychain_ = 0;
    malformed_ = 0;
    wrong_type_ = false;
    before = nullptr;
}

void SecurityDouble::set_lock(Lock lock) {
    const std::lock_guard<std::mutex> hold(mutex_);
    lock_ = lock;
}

void SecurityDouble::entitle(std::vector<std::string> groups) {
    const std::lock_guard<std::mutex> hold(mutex_);
    groups_ = std::move(groups);
}

void SecurityDouble::fail(KeychainCall call, OSStatus status, int times, int skip) {
    const std::lock_guard<std::mutex> hold(mutex_);
    failures_[call] = {status, times, skip};
}

void SecurityDouble::restore_on_another_device() {
    const std::lock_guard<std::mutex> hold(mutex_);
    const std::string stays = text_of(kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly);
    std::erase_if(items_, [&](const auto& item) { return item.second.accessible == stays; });
}

std::vector<KeychainItem> SecurityDouble::items() {
    const std::lock_guard<std::mutex> hold(mutex_);
    std::vector<KeychainItem> out;
    for (const auto& [key, item] : items_)
        out.push_back(item);
    return out;
}

std::optional<KeychainItem> SecurityDouble::find(const std::string& account) {
    const std::lock_guard<std::mutex> hold(mutex_);
    for (const auto& [key, item] : items_) {
        if (item.account == account) return item;
    }
    return std::nullopt;
}

void SecurityDouble::put(const KeychainItem& item) {
    const std::lock_guard<std::mutex> hold(mutex_);
    items_[key_of(item)] = item;
}

int SecurityDouble::calls(KeychainCall call) {
    const std::lock_guard<std::mutex> hold(mutex_);
    return calls_[call];
}

int SecurityDouble::calls_to_file_keychain() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return file_keychain_;
}

int SecurityDouble::malformed_calls() {
    const std::lock_guard<std::mutex> hold(mutex_);
    return malformed_;
}

void SecurityDouble::hand_out_wrong_type(bool wrong) {
    const std::lock_guard<std::mutex> hold(mutex_);
    wrong_type_ = wrong;
}

SecurityDouble::Key SecurityDouble::key_of(const KeychainItem& item) {
    return {item.account, item.service, item.group, item.synchronizable};
}

// False for what the real one calls a bad parameter.
bool SecurityDouble::parse(CFDictionaryRef query, Query& parsed) {
    const auto count = static_cast<std::size_t>(CFDictionaryGetCount(query));
    std::vector<const void*> keys(count);
    std::vector<const void*> values(count);
    CFDictionaryGetKeysAndValues(query, keys.data(), values.data());
    bool has_class = false;
    bool data_protection = false;
    for (std::size_t i = 0; i < count; ++i) {
        const CFTypeRef key = keys[i];
        const CFTypeRef value = values[i];
        if (is(key, kSecClass)) {
            has_class = is(value, kSecClassGenericPassword);
        } else if (is(key, kSecAttrAccount)) {
            parsed.wanted.account = text_of(value);
        } else if (is(key, kSecAttrService)) {
            parsed.wanted.service = text_of(value);
        } else if (is(key, kSecAttrAccessGroup)) {
            parsed.wanted.group = text_of(value);
            parsed.has_group = true;
        } else if (is(key, kSecAttrSynchronizable)) {
            parsed.wanted.synchronizable = truth_of(value);
        } else if (is(key, kSecUseDataProtectionKeychain)) {
            data_protection = truth_of(value);
        } else if (is(key, kSecAttrAccessible)) {
            parsed.wanted.accessible = text_of(value);
        } else if (is(key, kSecValueData)) {
            if (CFGetTypeID(value) != CFDataGetTypeID()) return false;
            parsed.wanted.data = bytes_of(value);
            parsed.has_data = true;
        } else if (is(key, kSecReturnData)) {
            parsed.returns_data = truth_of(value);
        } else if (is(key, kSecMatchLimit)) {
            parsed.has_limit = is(value, kSecMatchLimitOne);
        } else {
            return false;
        }
    }
    if (!data_protection) ++file_keychain_;
    return has_class;
}

OSStatus SecurityDouble::enter(KeychainCall call, CFDictionaryRef query, Query& parsed) {
    ++calls_[call];
    if (!parse(query, parsed)) {
        ++malformed_;
        return kParam;
    }
    Failure& failure = failures_[call];
    if (failure.times > 0 && failure.skip-- <= 0) {
        --failure.times;
        return failure.status;
    }
    if (parsed.has_group && std::ranges::find(groups_, parsed.wanted.group) == groups_.end()) {
        return kMissingEntitlement;
    }
    return groups_.empty() ? kMissingEntitlement : 0;
}

// What a query leaves out matches anything; only synchronised items have to be asked for.
std::vector<SecurityDouble::Key> SecurityDouble::matches(const Query& query) const {
    std::vector<Key> found;
    const KeychainItem& wanted = query.wanted;
    for (const auto& [key, item] : items_) {
        const bool in_group = query.has_group
                                  ? item.group == wanted.group
                                  : std::ranges::find(groups_, item.group) != groups_.end();
        if (in_group && item.synchronizable == wanted.synchronizable &&
            (wanted.account.empty() || item.account == wanted.account) &&
            (wanted.service.empty() || item.service == wanted.service)) {
            found.push_back(key);
        }
    }
    return found;
}

OSStatus SecurityDouble::copy_matching(CFDictionaryRef query, CFTypeRef* result) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Query parsed;
    if (const OSStatus refused = enter(KeychainCall::read, query, parsed)) return refused;
    const std::vector<Key> found = matches(parsed);
    if (found.empty() || lock_ == Lock::denying_all) return kNotFound;
    if (lock_ == Lock::before_first) return kInteractionNotAllowed;
    if (!parsed.returns_data || result == nullptr) return 0;
    if (wrong_type_) {
        *result = CFStringCreateWithCString(nullptr, "not data", kCFStringEncodingUTF8);
        return 0;
    }
    const std::vector<std::byte>& data = items_.at(found.front()).data;
    *result = CFDataCreate(nullptr, reinterpret_cast<const UInt8*>(data.data()),
                           static_cast<CFIndex>(data.size()));
    return 0;
}

OSStatus SecurityDouble::add(CFDictionaryRef attributes) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Query parsed;
    if (const OSStatus refused = enter(KeychainCall::add, attributes, parsed)) return refused;
    if (lock_ != Lock::unlocked) return kInteractionNotAllowed;
    KeychainItem item = std::move(parsed.wanted);
    if (!parsed.has_group) item.group = groups_.front();
    if (item.accessible.empty()) item.accessible = text_of(kSecAttrAccessibleWhenUnlocked);
    const Key key = key_of(item);
    return items_.emplace(key, std::move(item)).second ? 0 : kDuplicate;
}

OSStatus SecurityDouble::update(CFDictionaryRef query, CFDictionaryRef changes) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Query parsed;
    if (const OSStatus refused = enter(KeychainCall::update, query, parsed)) return refused;
    // What describes the result has no place here, and neither has a class in the changes.
    if (parsed.returns_data || parsed.has_limit || CFDictionaryContainsKey(changes, kSecClass) ||
        CFDictionaryGetCount(changes) == 0) {
        ++malformed_;
        return kParam;
    }
    const std::vector<Key> found = matches(parsed);
    if (found.empty() || lock_ == Lock::denying_all) return kNotFound;
    if (lock_ == Lock::before_first) return kInteractionNotAllowed;
    for (const Key& key : found) {
        KeychainItem& item = items_.at(key);
        const void* value = CFDictionaryGetValue(changes, kSecValueData);
        if (value != nullptr) item.data = bytes_of(value);
        value = CFDictionaryGetValue(changes, kSecAttrAccessible);
        if (value != nullptr) item.accessible = text_of(value);
    }
    return 0;
}

OSStatus SecurityDouble::remove(CFDictionaryRef query) {
    const std::lock_guard<std::mutex> hold(mutex_);
    Query parsed;
    if (const OSStatus refused = enter(KeychainCall::remove, query, parsed)) return refused;
    if (parsed.returns_data || parsed.has_limit) {
        ++malformed_;
        return kParam;
    }
    const std::vector<Key> found = matches(parsed);
    if (found.empty() || lock_ == Lock::denying_all) return kNotFound;
    // Removing takes no key: it works on a locked device.
    for (const Key& key : found)
        items_.erase(key);
    return 0;
}

}  // namespace credit::test

using credit::test::KeychainCall;
using credit::test::SecurityDouble;

namespace {
using credit::test::make;
}

extern "C" {

const CFStringRef kSecClass = make("class");
const CFStringRef kSecClassGenericPassword = make("genp");
const CFStringRef kSecAttrAccount = make("acct");
const CFStringRef kSecAttrService = make("svce");
const CFStringRef kSecAttrAccessGroup = make("agrp");
const CFStringRef kSecAttrSynchronizable = make("sync");
const CFStringRef kSecAttrAccessible = make("pdmn");
const CFStringRef kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly = make("cku");
const CFStringRef kSecAttrAccessibleAfterFirstUnlock = make("ck");
const CFStringRef kSecAttrAccessibleWhenUnlocked = make("ak");
const CFStringRef kSecUseDataProtectionKeychain = make("nleg");
const CFStringRef kSecValueData = make("v_Data");
const CFStringRef kSecReturnData = make("r_Data");
const CFStringRef kSecMatchLimit = make("m_Limit");
const CFStringRef kSecMatchLimitOne = make("m_LimitOne");

OSStatus SecItemCopyMatching(CFDictionaryRef query, CFTypeRef* result) {
    SecurityDouble& device = SecurityDouble::device();
    if (device.before) device.before(KeychainCall::read);
    return device.copy_matching(query, result);
}

OSStatus SecItemAdd(CFDictionaryRef attributes, CFTypeRef*) {
    SecurityDouble& device = SecurityDouble::device();
    if (device.before) device.before(KeychainCall::add);
    return device.add(attributes);
}

OSStatus SecItemUpdate(CFDictionaryRef query, CFDictionaryRef changes) {
    SecurityDouble& device = SecurityDouble::device();
    if (device.before) device.before(KeychainCall::update);
    return device.update(query, changes);
}

OSStatus SecItemDelete(CFDictionaryRef query) {
    SecurityDouble& device = SecurityDouble::device();
    if (device.before) device.before(KeychainCall::remove);
    return device.remove(query);
}

}  // extern "C"

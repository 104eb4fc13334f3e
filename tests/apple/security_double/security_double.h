// A device's Keychain in memory, behind SecItemAdd, SecItemCopyMatching, SecItemUpdate and SecItemDelete: the documented
// uniqueness rules, access groups, protection classes and statuses, and the ways in which real ones misbehave.
#pragma once

#include <CoreFoundation/CoreFoundation.h>

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace credit::test {

enum class KeychainCall { read, add, update, remove };

struct KeychainItem {
    std::string service;
    std::string account;
    std::string group;
    bool synchronizable = false;
    std::string accessible;
    std::vector<std::byte> data;
    bool operator==(const KeychainItem&) const = default;
};

// Calls come from any thread; what tests set, from the test's.
class SecurityDouble {
  public:
    static SecurityDouble& device();
    void reset();

    enum class Lock {
        unlocked,  // and locked again: items of this class stay readable once the device was unlocked
        before_first,  // items are known and their content is not to be had: interaction not allowed
        denying_all,   // the same time, and the system answers "not found" for what it has
    };
    void set_lock(Lock lock);
    // What the running target is entitled to; the first is where items without a group go.
    void entitle(std::vector<std::string> groups);
    // The next `times` calls of this kind, after `skip` more, answer `status` and do nothing.
    void fail(KeychainCall call, OSStatus status, int times = 1, int skip = 0);
    // Called before each call, without a lock held.
    std::function<void(KeychainCall)> before;

    // Backup and restore to another device: items of this device only stay behind.
    void restore_on_another_device();

    std::vector<KeychainItem> items();
    // The one item with this account, in whatever group.
    std::optional<KeychainItem> find(const std::string& account);
    void put(const KeychainItem& item);
    int calls(KeychainCall call);
    // Calls that did not name the data-protection keychain: on a Mac they end up in another one.
    int calls_to_file_keychain();
    int malformed_calls();
    // Makes the next reads hand out something else than data.
    void hand_out_wrong_type(bool wrong);

    OSStatus copy_matching(CFDictionaryRef query, CFTypeRef* result);
    OSStatus add(CFDictionaryRef attributes);
    OSStatus update(CFDictionaryRef query, CFDictionaryRef changes);
    OSStatus remove(CFDictionaryRef query);

  private:
    // Class is always the same here.
    using Key = std::tuple<std::string, std::string, std::string, bool>;
    struct Query {
        KeychainItem wanted;
        bool has_group = false;
        bool has_data = false;
        bool returns_data = false;
        bool has_limit = false;
    };
    struct Failure {
        OSStatus status = 0;
        int times = 0;
        int skip = 0;
    };
    OSStatus enter(KeychainCall call, CFDictionaryRef query, Query& parsed);
    bool parse(CFDictionaryRef query, Query& parsed);
    std::vector<Key> matches(const Query& query) const;
    static Key key_of(const KeychainItem& item);

    std::mutex mutex_;
    std::map<Key, KeychainItem> items_;
    Lock lock_ = Lock::unlocked;
    std::vector<std::string> groups_;
    std::map<KeychainCall, Failure> failures_;
    std::map<KeychainCall, int> calls_;
    int file_keychain_ = 0;
    int malformed_ = 0;
    bool wrong_type_ = false;
};

}  // namespace credit::test

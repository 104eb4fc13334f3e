// Generic-password items of one service in one access group: read, written, removed.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/ports/secure_store.h"
#include "platform/apple/cf_ref.h"

namespace credit {

// Everything that makes an item's primary key besides its account: class, service, group, not synchronised. A query names
// exactly these, because what is left out of a query matches anything and what is put in too much matches nothing.
class Keychain {
  public:
    // `access_group` must be one of the app's entitlements; an extension that shares the session names the same.
    Keychain(std::string service, std::string access_group);

    // Largest item this reads or writes; a larger one is `corrupt`.
    static constexpr std::size_t kMaxItemBytes = 64 * 1024;

    // `present`, with the content in `bytes`; `absent` as the system says it, to be believed only after prove_writable().
    StoreResult read(const std::string& account, std::vector<std::byte>& bytes) const;
    // Updates, or adds what is not there. Never removes in order to add: that loses the item to a crash in between, and shows
    // a gap to readers.
    StoreResult write(const std::string& account, std::span<const std::byte> bytes) const;
    // `done`, also if there was none.
    StoreResult remove(const std::string& account) const;
    // Writes an item of no meaning and reads it back. A system that cannot do that answers "not found" for items it has:
    // before the first unlock, in a process started ahead of the user. Never remembered, since the answer changes.
    StoreResult prove_writable() const;

  private:
    CFRef<CFMutableDictionaryRef> identity_of(const std::string& account) const;
    OSStatus update(const std::string& account, CFDataRef data) const;
    OSStatus add(const std::string& account, CFDataRef data) const;

    const std::string service_;
    const std::string access_group_;
};

}  // namespace credit

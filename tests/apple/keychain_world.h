// A device with a Keychain and an app's container, and the hands to do to them what a bad day does.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "platform/apple/keychain_store.h"
#include "tests/apple/security_double/security_double.h"
#include "tests/contract/store_world.h"

namespace credit::test {

constexpr const char* kGroup = "group.com.example.loans";

class KeychainWorld : public StoreWorld {
  public:
    KeychainWorld();
    ~KeychainWorld() override;
    KeychainWorld(const KeychainWorld&) = delete;
    KeychainWorld& operator=(const KeychainWorld&) = delete;

    std::unique_ptr<SecureStore> start_process() override;
    void damage(const RecordKey& key, std::size_t slot) override;
    void make_newer(const RecordKey& key) override;
    std::size_t quarantined(const RecordKey& key) override;

    // A process with a container or a group of its own, and perhaps with time that the system grants.
    std::unique_ptr<SecureStore> start(const std::string& container,
                                       const std::string& group = kGroup,
                                       const Activity& activity = endless_activity());
    std::string container() const { return above_ + "/container"; }
    std::string other_container() const { return above_ + "/other"; }
    std::string key_file() const { return container() + "/install.key"; }
    // The app is removed and installed again: its container is new, the Keychain is what it was.
    void reinstall();
    // The item of one slot, under the name that this install gave it.
    KeychainItem item(const RecordKey& key, const std::string& suffix) const;
    // Names of the items of this record in any install, without the probe.
    std::vector<std::string> accounts() const;

    SecurityDouble& device = SecurityDouble::device();

  private:
    std::string above_;
};

std::string file_text(const std::string& path);
void write_file_text(const std::string& path, const std::string& text);

}  // namespace credit::test

#include "tests/apple/keychain_world.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "platform/posix/posix_entropy.h"
#include "tests/apple/darwin_double/darwin_double.h"

namespace credit::test {

namespace fs = std::filesystem;

KeychainWorld::KeychainWorld() {
    std::string name = (fs::temp_directory_path() / "credit-apple-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    above_ = name;
    device.reset();
    device.entitle({kGroup});
    data_protection::lock_files(false);
}

KeychainWorld::~KeychainWorld() {
    data_protection::lock_files(false);
    EXPECT_EQ(device.calls_to_file_keychain(), 0);
    EXPECT_EQ(device.malformed_calls(), 0);
    device.reset();
    fs::remove_all(above_);
}

std::unique_ptr<SecureStore> KeychainWorld::start(const std::string& container,
                                                  const std::string& group,
                                                  const Activity& activity) {
    return std::make_unique<KeychainStore>(KeychainStore::Place{group, container}, activity,
                                           std::make_shared<PosixEntropy>());
}

std::unique_ptr<SecureStore> KeychainWorld::start_process() {
    return start(container());
}

void KeychainWorld::reinstall() {
    fs::remove_all(container());
}

KeychainItem KeychainWorld::item(const RecordKey& key, const std::string& suffix) const {
    for (const KeychainItem& found : device.items()) {
        if (found.account.starts_with(key.name + ".") && found.account.ends_with(suffix))
            return found;
    }
    return {};
}

std::vector<std::string> KeychainWorld::accounts() const {
    std::vector<std::string> names;
    for (const KeychainItem& found : device.items()) {
        if (found.account != "probe") names.push_back(found.account);
    }
    return names;
}

void KeychainWorld::damage(const RecordKey& key, std::size_t slot) {
    KeychainItem hit = item(key, slot == 0 ? ".a" : ".b");
    hit.data.at(hit.data.size() / 2) ^= std::byte{0x10};
    device.put(hit);
}

void KeychainWorld::make_newer(const RecordKey& key) {
    for (const char* suffix : {".a", ".b"}) {
        KeychainItem hit = item(key, suffix);
        hit.data.at(8) = std::byte{2};                     // the format
        hit.data.at(hit.data.size() - 1) ^= std::byte{1};  // and sealed in a way we do not know
        device.put(hit);
    }
}

std::size_t KeychainWorld::quarantined(const RecordKey& key) {
    std::size_t count = 0;
    for (const char* suffix : {".q1", ".q2"})
        count += item(key, suffix).account.empty() ? 0 : 1;
    return count;
}

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace credit::test

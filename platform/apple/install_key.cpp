#include "platform/apple/install_key.h"

#include <sodium.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "core/base/check.h"
#include "platform/apple/cf_ref.h"
#include "platform/apple/container_lock.h"

namespace credit {
namespace {

constexpr const char* kFile = "install.key";
constexpr const char* kFresh = "install.new";
constexpr const char* kDamaged = "install.damaged";
constexpr const char* kLock = "install.lock";
constexpr Millis kPatience = seconds(2);
constexpr std::string_view kMagic = "CRDTKEY1";
constexpr std::size_t kFamilyBytes = 7;  // of the magic; the last byte is the format
constexpr std::size_t kCheckBytes = 16;
constexpr std::size_t kFileBytes = kMagic.size() + InstallKey::kKeyBytes + kCheckBytes;
constexpr std::string_view kCheckLabel = "credit install key check v1";

using Image = std::array<std::byte, kFileBytes>;

// Wiped when it goes: it held the key.
struct Scratch {
    Image bytes{};
    ~Scratch() { wipe(bytes.data(), bytes.size()); }
    const unsigned char* raw() const {
        return reinterpret_cast<const unsigned char*>(bytes.data());
    }
    std::byte* key() { return bytes.data() + kMagic.size(); }
    std::byte* sum() { return key() + InstallKey::kKeyBytes; }
};

void checksum(const Scratch& image, unsigned char* out) {
    const int failed = crypto_generichash(out, kCheckBytes, image.raw(),
                                          kMagic.size() + InstallKey::kKeyBytes, nullptr, 0);
    CREDIT_CHECK(failed == 0);
}

RecordHeader::Hash check_of(const Secret& key) {
    RecordHeader::Hash check{};
    const int failed = crypto_generichash(
        check.data(), check.size(), reinterpret_cast<const unsigned char*>(kCheckLabel.data()),
        kCheckLabel.size(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
    CREDIT_CHECK(failed == 0);
    return check;
}

std::string tag_of(const RecordHeader::Hash& check) {
    constexpr const char* kDigits = "0123456789abcdef";
    std::string tag;
    for (std::size_t i = 0; i < 4; ++i) {
        tag += kDigits[check[i] >> 4];
        tag += kDigits[check[i] & 15];
    }
    return tag;
}

StoreResult judge(Scratch& image, std::size_t bytes, InstallKey::Held& held) {
    const std::string_view head(reinterpret_cast<const char*>(image.bytes.data()), kMagic.size());
    const bool family = head.substr(0, kFamilyBytes) == kMagic.substr(0, kFamilyBytes);
    if (bytes >= kMagic.size() && family && head.back() > kMagic.back() && head.back() <= '9') {
        return {StoreAnswer::newer_format, "the install's key was written by a newer SDK"};
    }
    std::array<unsigned char, kCheckBytes> sum{};
    checksum(image, sum.data());
    if (bytes != kFileBytes || head != kMagic ||
        std::memcmp(sum.data(), image.sum(), sum.size()) != 0) {
        return {StoreAnswer::corrupt, "the install's key is damaged"};
    }
    held.key = Secret::copy_of(std::span<const std::byte>(image.key(), InstallKey::kKeyBytes));
    held.check = check_of(*held.key);
    held.tag = tag_of(held.check);
    return {StoreAnswer::present, {}};
}

bool exists(int folder, const char* name) noexcept {
    struct stat found{};
    return ::fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

// Items of this device do not travel with a backup, and neither should their key.
void keep_out_of_backups(const std::string& path) {
    const CFRef<CFURLRef> url(CFURLCreateFromFileSystemRepresentation(
        kCFAllocatorDefault, reinterpret_cast<const UInt8*>(path.data()),
        static_cast<CFIndex>(path.size()), false));
    if (url) {
        CFURLSetResourcePropertyForKey(url.get(), kCFURLIsExcludedFromBackupKey, kCFBooleanTrue,
                                       nullptr);
    }
}

}  // namespace

StoreResult InstallKey::read(int folder, Held& held) const {
    const Opened opened = open_file(folder, kFile, O_RDONLY);
    if (opened.error == ENOENT) {
        if (!exists(folder, kDamaged)) return {StoreAnswer::absent, {}};
        // What was damaged is not empty because it was set aside.
        return {StoreAnswer::corrupt, "the install's key was damaged and nothing was stored since"};
    }
    if (!opened.file)
        return container_failure("the install's key could not be opened", opened.error);
    struct stat found{};
    if (::fstat(opened.file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return {StoreAnswer::denied, "the install's key is not a regular file"};
    }
    Scratch image;
    std::size_t bytes = 0;
    if (const int error = read_whole(opened.file.get(), image.bytes, bytes)) {
        return container_failure("the install's key could not be read", error);
    }
    if (found.st_size > static_cast<off_t>(kFileBytes)) bytes = kFileBytes + 1;
    return judge(image, bytes, held);
}

StoreResult InstallKey::fetch(Held& held) const {
    File folder;
    StoreResult opened = container_.open(Container::Missing::report, folder);
    if (opened.answer != StoreAnswer::present) return opened;
    StoreResult found = read(folder.get(), held);
    if (found.answer != StoreAnswer::corrupt || !exists(folder.get(), kFile)) return found;
    // Perhaps another process is putting it right: only a look under the lock counts.
    ContainerLock lock(activity_);
    StoreResult locked = lock.acquire(folder.get(), kLock, kPatience);
    if (locked.answer != StoreAnswer::done) return locked;
    return lock.while_held([&] {
        StoreResult again = read(folder.get(), held);
        if (again.answer != StoreAnswer::corrupt || !exists(folder.get(), kFile)) return again;
        StoreResult moved = set_aside(folder.get());
        return moved.answer == StoreAnswer::done ? again : moved;
    });
}

StoreResult InstallKey::set_aside(int folder) const {
    if (::renameat(folder, kFile, folder, kDamaged) != 0) {
        return container_failure("a damaged key could not be set aside", errno);
    }
    return {StoreAnswer::done, {}};
}

StoreResult InstallKey::fetch_or_make(Held& held) const {
    StoreResult found = fetch(held);
    if (found.answer != StoreAnswer::absent && found.answer != StoreAnswer::corrupt) return found;
    File folder;
    StoreResult step = container_.open(Container::Missing::create, folder);
    if (step.answer != StoreAnswer::present) return step;
    ContainerLock lock(activity_);
    step = lock.acquire(folder.get(), kLock, kPatience);
    if (step.answer != StoreAnswer::done) return step;
    return lock.while_held([&] {
        // Another process may have been first.
        StoreResult again = read(folder.get(), held);
        if (again.answer != StoreAnswer::absent && again.answer != StoreAnswer::corrupt)
            return again;
        StoreResult made = make(folder.get());
        return made.answer == StoreAnswer::done ? read(folder.get(), held) : made;
    });
}

StoreResult InstallKey::make(int folder) const {
    if (::unlinkat(folder, kFresh, 0) != 0 && errno != ENOENT) {
        return container_failure("a stale key could not be removed", errno);
    }
    const Opened opened = open_file(folder, kFresh, O_WRONLY | O_CREAT | O_EXCL);
    if (!opened.file) return container_failure("the install's key could not be made", opened.error);
    keep_out_of_backups(container_.path() + "/" + kFresh);
    Scratch image;
    std::memcpy(image.bytes.data(), kMagic.data(), kMagic.size());
    entropy_->fill({image.key(), kKeyBytes});
    checksum(image, reinterpret_cast<unsigned char*>(image.sum()));
    int error = write_whole(opened.file.get(), image.bytes);
    if (error == 0) error = sync_file(opened.file.get());
    // Nothing is sealed with it before its name is durable.
    if (error == 0 && ::renameat(folder, kFresh, folder, kFile) != 0) error = errno;
    if (error == 0) error = sync_file(folder);
    if (error != 0) return container_failure("the install's key could not be written", error);
    return {StoreAnswer::done, {}};
}

StoreResult InstallKey::erase_damaged() const {
    File folder;
    StoreResult opened = container_.open(Container::Missing::report, folder);
    if (opened.answer == StoreAnswer::absent) return {StoreAnswer::done, {}};
    if (opened.answer != StoreAnswer::present) return opened;
    if (::unlinkat(folder.get(), kDamaged, 0) != 0 && errno != ENOENT) {
        return container_failure("a damaged key could not be removed", errno);
    }
    return {StoreAnswer::done, {}};
}

}  // namespace credit

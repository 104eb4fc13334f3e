#include "platform/file/folder.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/file/syscalls.h"

namespace credit {
namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY;
constexpr mode_t kFolderMode = 0700;

std::string absolute_path(const std::string& path) {
    if (path.empty()) return path;
    std::error_code failed;
    std::string absolute = std::filesystem::absolute(path, failed).string();
    if (failed) absolute = path;
    while (absolute.size() > 1 && absolute.back() == '/')
        absolute.pop_back();
    return absolute;
}

// What open() alone does not tell: ELOOP and ENOTDIR both mean "something else is there".
StoreResult explain(const std::string& path, int error) {
    struct stat found{};
    if ((error == ELOOP || error == ENOTDIR) && ::lstat(path.c_str(), &found) == 0) {
        if (S_ISLNK(found.st_mode)) {
            return {StoreAnswer::denied, "the storage folder is a symbolic link"};
        }
        return {StoreAnswer::denied, "the storage folder is not a folder"};
    }
    return failure("the storage folder could not be opened", error);
}

StoreResult judge(const struct stat& found) {
    if (found.st_uid != ::geteuid()) {
        return {StoreAnswer::denied, "the storage folder belongs to another user"};
    }
    if ((found.st_mode & 077) != 0) {
        return {StoreAnswer::denied, "the storage folder is open to other users"};
    }
    return {StoreAnswer::present, {}};
}

// A new name is only durable once the folder that lists it is.
int make_folder(const std::string& path) {
    if (::mkdir(path.c_str(), kFolderMode) != 0) return errno == EEXIST ? 0 : errno;
    const std::string parent = std::filesystem::path(path).parent_path().string();
    const Descriptor listing(::open(parent.c_str(), kFolderFlags | O_CLOEXEC));
    return listing ? sync_all(listing.get()) : 0;
}

}  // namespace

Folder::Folder(const std::string& path) : path_(absolute_path(path)) {}

StoreResult Folder::open(Missing missing, FolderRef& folder) {
    const std::lock_guard<std::mutex> hold(mutex_);
    struct stat found{};
    // A folder somebody removed stays open and takes writes that nobody will ever find again: look
    // before each use.
    if (open_ != nullptr && (::fstat(open_->get(), &found) != 0 || found.st_nlink == 0)) {
        open_.reset();
    }
    if (open_ == nullptr) {
        StoreResult opened = open_path(missing);
        if (opened.answer != StoreAnswer::present) return opened;
        if (::fstat(open_->get(), &found) != 0) {
            return failure("the storage folder could not be read", errno);
        }
    }
    StoreResult result = judge(found);
    if (result.answer == StoreAnswer::present) folder = open_;
    return result;
}

StoreResult Folder::open_path(Missing missing) {
    if (path_.empty()) return {StoreAnswer::denied, "no storage folder is configured"};
    Opened opened = open_at(AT_FDCWD, path_.c_str(), kFolderFlags);
    if (opened.error == ENOENT) {
        if (missing == Missing::report) return {StoreAnswer::absent, {}};
        StoreResult made = create();
        if (made.answer != StoreAnswer::done) return made;
        opened = open_at(AT_FDCWD, path_.c_str(), kFolderFlags);
    }
    if (!opened.fd) return explain(path_, opened.error);
    open_ = std::make_shared<const Descriptor>(std::move(opened.fd));
    return {StoreAnswer::present, {}};
}

StoreResult Folder::create() {
    for (std::size_t end = path_.find('/', 1);; end = path_.find('/', end + 1)) {
        const std::string part = path_.substr(0, end);
        struct stat found{};
        const bool exists = ::stat(part.c_str(), &found) == 0;
        if (!exists) {
            const int error = make_folder(part);
            if (error != 0) return failure("the storage folder could not be made", error);
        }
        if (end == std::string::npos) return {StoreAnswer::done, {}};
    }
}

}  // namespace credit

// The folder in the app's or the app group's container where this install's key and locks lie.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "core/ports/secure_store.h"

namespace credit {

// A file descriptor that is closed once.
class File {
  public:
    File() = default;
    explicit File(int fd) noexcept : fd_(fd) {}
    ~File() { reset(); }
    File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    File& operator=(File&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    int get() const noexcept { return fd_; }
    explicit operator bool() const noexcept { return fd_ >= 0; }
    void reset() noexcept {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }

  private:
    int fd_ = -1;
};

struct Opened {
    File file;
    int error = 0;  // an errno
};
// Without following a link, closed by exec; if it may be made: 0600, and readable once the device was unlocked after its start.
Opened open_file(int folder, const char* name, int flags) noexcept;

// EPERM is what data protection answers before the first unlock: locked, never absent and never denied.
StoreAnswer answer_for_errno(int error) noexcept;
StoreResult container_failure(const char* what, int error);

// Reads a whole small file; `bytes` is how much there was, at most `out.size()`.
int read_whole(int fd, std::span<std::byte> out, std::size_t& bytes) noexcept;
int write_whole(int fd, std::span<const std::byte> data) noexcept;
// Onto the medium, not only into its cache.
int sync_file(int fd) noexcept;

// Opened for each operation: a folder that was removed and made again is another folder.
class Container {
  public:
    explicit Container(std::string path) : path_(std::move(path)) {}
    enum class Missing { report, create };
    // `present` with the open folder, or `absent` when it is not there and was not to be made.
    StoreResult open(Missing missing, File& folder) const;
    const std::string& path() const noexcept { return path_; }

  private:
    const std::string path_;
};

}  // namespace credit

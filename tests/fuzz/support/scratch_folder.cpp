#include "tests/fuzz/support/scratch_folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/fuzz/support/check.h"

namespace credit::fuzz {
namespace fs = std::filesystem;

ScratchFolder::ScratchFolder() {
    const bool in_memory = ::access("/dev/shm", W_OK) == 0;
    const fs::path parent = in_memory ? fs::path("/dev/shm") : fs::temp_directory_path();
    above_ = (parent / "credit-fuzz-XXXXXX").string();
    FUZZ_CHECK(::mkdtemp(above_.data()) != nullptr);
    store_ = above_ + "/store";
    FUZZ_CHECK(::mkdir(store_.c_str(), 0700) == 0);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(above_, ignored);
}

void ScratchFolder::write(std::string_view name, std::string_view content) const {
    const int fd = ::open(path(name).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(fd);
}

std::optional<std::string> ScratchFolder::read(std::string_view name) const {
    const int fd = ::open(path(name).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return std::nullopt;
    struct stat found{};
    FUZZ_CHECK(::fstat(fd, &found) == 0);
    std::string content(static_cast<std::size_t>(found.st_size), '\0');
    FUZZ_CHECK(::read(fd, content.data(), content.size()) == found.st_size);
    ::close(fd);
    return content;
}

void ScratchFolder::remove(std::string_view name) const {
    ::unlink(path(name).c_str());
}

void ScratchFolder::clear() const {
    for (const auto& entry : fs::directory_iterator(store_))
        fs::remove(entry.path());
}

}  // namespace credit::fuzz

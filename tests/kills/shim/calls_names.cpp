// Names, what stands behind them, and locks.
#include <cerrno>
#include <cstdarg>

#include "tests/kills/shim/gate.h"
#include "tests/kills/shim/handles.h"
#include "tests/kills/shim/journal.h"
#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

int fail(int error) {
    errno = error;
    return -1;
}

int rename_any(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
    const auto move = [&] {
        return static_cast<int>(::syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    };
    char old_path[kMaxPath];
    char new_path[kMaxPath];
    if (path_below(from_folder, from, old_path) == nullptr) return move();
    if (path_below(to_folder, to, new_path) == nullptr) return move();
    const Gate gate("rename", Kind::name, new_path);
    if (gate.error() != 0) return fail(gate.error());
    if (plan().breakage == Breakage::no_rename) return 0;
    const int result = move();
    if (result == 0) note_names(Change::rename, old_path, new_path, 0);
    return result;
}

int unlink_any(int folder, const char* path, int flags) {
    const auto remove = [&] {
        return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
    };
    char below[kMaxPath];
    if (path_below(folder, path, below) == nullptr) return remove();
    const Gate gate("unlink", Kind::name, below);
    if (gate.error() != 0) return fail(gate.error());
    const int result = remove();
    if (result == 0) note_names(Change::unlink, below, nullptr, 0);
    return result;
}

int link_any(int from_folder, const char* from, int to_folder, const char* to, int flags) {
    char below[kMaxPath];
    if (path_below(to_folder, to, below) == nullptr) {
        return static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
    }
    const Gate gate("link", Kind::name, below);
    if (gate.error() != 0) return fail(gate.error());
    const int result =
        static_cast<int>(::syscall(SYS_linkat, from_folder, from, to_folder, to, flags));
    struct stat found{};
    if (result == 0 && raw_stat(to_folder, to, &found, AT_SYMLINK_NOFOLLOW) == 0) {
        note_names(Change::create, below, nullptr, found.st_ino);
    }
    return result;
}

int make_folder_any(int folder, const char* path, unsigned mode) {
    const auto make = [&] { return static_cast<int>(::syscall(SYS_mkdirat, folder, path, mode)); };
    char below[kMaxPath];
    if (path_below(folder, path, below) == nullptr) return make();
    const Gate gate("mkdir", Kind::name, below);
    if (gate.error() != 0) return fail(gate.error());
    const int result = make();
    if (result == 0) note_names(Change::make_folder, below, nullptr, 0);
    return result;
}

int stat_path(int folder, const char* path, void* out, int flags) {
    char below[kMaxPath];
    const bool ours = *path == '\0' && (flags & AT_EMPTY_PATH) != 0
                          ? path_of(folder, below) != nullptr
                          : path_below(folder, path, below) != nullptr;
    if (!ours) return raw_stat(folder, path, out, flags);
    const Gate gate("stat", Kind::look, below);
    return gate.error() != 0 ? fail(gate.error()) : raw_stat(folder, path, out, flags);
}

int fchmod_any(int fd, unsigned mode) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return static_cast<int>(::syscall(SYS_fchmod, fd, mode));
    const Gate gate("fchmod", Kind::name, path);
    if (gate.error() != 0) return fail(gate.error());
    return static_cast<int>(::syscall(SYS_fchmod, fd, mode));
}

int flock_any(int fd, int what) {
    char path[kMaxPath];
    if (path_of(fd, path) == nullptr) return static_cast<int>(::syscall(SYS_flock, fd, what));
    const Gate gate("flock", Kind::lock, path);
    if (gate.error() != 0) return fail(gate.error());
    return static_cast<int>(::syscall(SYS_flock, fd, what));
}

int fcntl_any(int fd, int what, void* argument) {
    const auto pass = [&] { return static_cast<int>(::syscall(SYS_fcntl, fd, what, argument)); };
    const bool locks = what == F_SETLK || what == F_SETLKW || what == F_GETLK ||
                       what == F_OFD_SETLK || what == F_OFD_SETLKW || what == F_OFD_GETLK;
    char path[kMaxPath];
    if (!locks || path_of(fd, path) == nullptr) return pass();
    const Gate gate("fcntl", Kind::lock, path);
    return gate.error() != 0 ? fail(gate.error()) : pass();
}

}  // namespace
}  // namespace credit::test::shim

using namespace credit::test::shim;

extern "C" {

int shim_rename(const char* from, const char* to) CREDIT_SHIM_TAKES("rename");
int shim_renameat(int a, const char* from, int b, const char* to) CREDIT_SHIM_TAKES("renameat");
int shim_renameat2(int a, const char* from, int b, const char* to, unsigned flags)
    CREDIT_SHIM_TAKES("renameat2");
int shim_unlink(const char* path) CREDIT_SHIM_TAKES("unlink");
int shim_unlinkat(int folder, const char* path, int flags) CREDIT_SHIM_TAKES("unlinkat");
int shim_link(const char* from, const char* to) CREDIT_SHIM_TAKES("link");
int shim_linkat(int a, const char* from, int b, const char* to, int flags)
    CREDIT_SHIM_TAKES("linkat");
int shim_mkdir(const char* path, mode_t mode) CREDIT_SHIM_TAKES("mkdir");
int shim_mkdirat(int folder, const char* path, mode_t mode) CREDIT_SHIM_TAKES("mkdirat");
int shim_fchmod(int fd, mode_t mode) CREDIT_SHIM_TAKES("fchmod");
int shim_stat(const char* path, void* out) CREDIT_SHIM_TAKES("stat");
int shim_stat64(const char* path, void* out) CREDIT_SHIM_TAKES("stat64");
int shim_lstat(const char* path, void* out) CREDIT_SHIM_TAKES("lstat");
int shim_lstat64(const char* path, void* out) CREDIT_SHIM_TAKES("lstat64");
int shim_fstat(int fd, void* out) CREDIT_SHIM_TAKES("fstat");
int shim_fstat64(int fd, void* out) CREDIT_SHIM_TAKES("fstat64");
int shim_fstatat(int folder, const char* path, void* out, int flags) CREDIT_SHIM_TAKES("fstatat");
int shim_fstatat64(int folder, const char* path, void* out, int flags)
    CREDIT_SHIM_TAKES("fstatat64");
int shim_flock(int fd, int what) CREDIT_SHIM_TAKES("flock");
int shim_fcntl(int fd, int what, ...) CREDIT_SHIM_TAKES("fcntl");
int shim_fcntl64(int fd, int what, ...) CREDIT_SHIM_TAKES("fcntl64");

int shim_rename(const char* from, const char* to) {
    return rename_any(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int shim_renameat(int a, const char* from, int b, const char* to) {
    return rename_any(a, from, b, to, 0);
}
int shim_renameat2(int a, const char* from, int b, const char* to, unsigned flags) {
    return rename_any(a, from, b, to, flags);
}
int shim_unlink(const char* path) {
    return unlink_any(AT_FDCWD, path, 0);
}
int shim_unlinkat(int folder, const char* path, int flags) {
    return unlink_any(folder, path, flags);
}
int shim_link(const char* from, const char* to) {
    return link_any(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int shim_linkat(int a, const char* from, int b, const char* to, int flags) {
    return link_any(a, from, b, to, flags);
}
int shim_mkdir(const char* path, mode_t mode) {
    return make_folder_any(AT_FDCWD, path, mode);
}
int shim_mkdirat(int folder, const char* path, mode_t mode) {
    return make_folder_any(folder, path, mode);
}
int shim_fchmod(int fd, mode_t mode) {
    return fchmod_any(fd, mode);
}
int shim_stat(const char* path, void* out) {
    return stat_path(AT_FDCWD, path, out, 0);
}
int shim_stat64(const char* path, void* out) {
    return stat_path(AT_FDCWD, path, out, 0);
}
int shim_lstat(const char* path, void* out) {
    return stat_path(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}
int shim_lstat64(const char* path, void* out) {
    return stat_path(AT_FDCWD, path, out, AT_SYMLINK_NOFOLLOW);
}
int shim_fstat(int fd, void* out) {
    return stat_path(fd, "", out, AT_EMPTY_PATH);
}
int shim_fstat64(int fd, void* out) {
    return stat_path(fd, "", out, AT_EMPTY_PATH);
}
int shim_fstatat(int folder, const char* path, void* out, int flags) {
    return stat_path(folder, path, out, flags);
}
int shim_fstatat64(int folder, const char* path, void* out, int flags) {
    return stat_path(folder, path, out, flags);
}
int shim_flock(int fd, int what) {
    return flock_any(fd, what);
}
int shim_fcntl(int fd, int what, ...) {
    va_list rest;
    va_start(rest, what);
    void* argument = va_arg(rest, void*);
    va_end(rest);
    return fcntl_any(fd, what, argument);
}
int shim_fcntl64(int fd, int what, ...) {
    va_list rest;
    va_start(rest, what);
    void* argument = va_arg(rest, void*);
    va_end(rest);
    return fcntl_any(fd, what, argument);
}

}  // extern "C"

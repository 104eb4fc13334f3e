#include "tests/contract/failing_sync.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace {

int pending_error = 0;
unsigned to_skip = 0;
bool came_to_pass = false;
constexpr int kDie = -1;

bool is_due() noexcept {
    if (pending_error == 0) return false;
    if (to_skip > 0) {
        --to_skip;
        return false;
    }
    if (pending_error == kDie) ::_exit(credit::kDiedAtSync);
    errno = pending_error;
    pending_error = 0;
    came_to_pass = true;
    return true;
}

}  // namespace

namespace credit {

void fail_sync(int error, unsigned skip) noexcept {
    pending_error = error;
    to_skip = skip;
    came_to_pass = false;
}

void die_at_sync(unsigned skip) noexcept {
    fail_sync(kDie, skip);
}

bool sync_failed() noexcept {
    pending_error = 0;
    return came_to_pass;
}

}  // namespace credit

extern "C" __attribute__((visibility("default"))) int fsync(int fd) {
    return is_due() ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
    return is_due() ? -1 : static_cast<int>(::syscall(SYS_fdatasync, fd));
}

#include "tests/kills/shim/gate.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>

#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

constexpr std::uint64_t kBurst = 3;

std::mutex order;
std::uint64_t calls;

[[noreturn]] void die() {
    for (;;)
        ::kill(::getpid(), SIGKILL);
}

const char* name_of(Kind kind) {
    static constexpr const char* kNames[] = {"open-read", "open-write", "look", "read", "write",
                                             "sync",      "space",      "name", "lock", "close"};
    return kNames[static_cast<std::size_t>(kind)];
}

void list(std::uint64_t number, const char* call, Kind kind, const char* path, std::size_t size) {
    static const int kFd =
        plan().list == nullptr
            ? -1
            : raw_open(AT_FDCWD, plan().list, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (kFd < 0) return;
    char line[512];
    const int length =
        std::snprintf(line, sizeof line, "%llu %s %s %zu %s\n",
                      static_cast<unsigned long long>(number), call, name_of(kind), size, path);
    raw_write_all(kFd, line, static_cast<std::size_t>(length));
}

// So that a fault nobody met is not taken for one that was survived.
void leave_mark() {
    if (plan().mark == nullptr) return;
    const int fd = raw_open(AT_FDCWD, plan().mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) raw_close(fd);
}

}  // namespace

Gate::Gate(const char* call, Kind kind, const char* path, std::size_t size)
    : hold_(order), kind_(kind), size_(size), number_(++calls) {
    list(number_, call, kind, path, size);
    suffer();
}

Gate::~Gate() {
    if (dies_after_) die();
}

// A disk that is full, read-only or out of reach from now on does not fail at everything.
bool Gate::can_fail_with(int error) const {
    const bool changes = kind_ == Kind::write || kind_ == Kind::space || kind_ == Kind::name;
    switch (error) {
        case EMFILE:
            return kind_ == Kind::open_read || kind_ == Kind::open_write;
        case EACCES:
            return kind_ == Kind::open_read || kind_ == Kind::open_write || kind_ == Kind::name;
        case EROFS:
            return changes || kind_ == Kind::open_write;
        case ENOSPC:
        case EDQUOT:
            return changes || kind_ == Kind::sync;
        default:
            return kind_ != Kind::close && kind_ != Kind::lock;
    }
}

// Whether the plan means this call.
bool Gate::is_struck() const {
    const Plan& now = plan();
    if (now.action == Action::none || number_ < now.at) return false;
    if (now.action == Action::error_on) return can_fail_with(static_cast<int>(now.value));
    if (now.action == Action::error_burst) return number_ < now.at + kBurst;
    return number_ == now.at;
}

void Gate::suffer() {
    if (!is_struck()) return;
    leave_mark();
    const Plan& now = plan();
    switch (now.action) {
        case Action::none:
            return;
        case Action::kill_before:
            die();
        case Action::kill_after:
            dies_after_ = true;
            return;
        case Action::torn:
            if (kind_ != Kind::write) die();
            size_ = std::min<std::size_t>(size_, now.value);
            dies_after_ = true;
            return;
        case Action::stop_before:
            // To this thread: another one might take the process's signal, and this one go on for
            // a while.
            ::syscall(SYS_tgkill, ::getpid(), ::syscall(SYS_gettid), SIGSTOP);
            return;
        case Action::error_once:
        case Action::error_burst:
        case Action::error_on:
            error_ = static_cast<int>(now.value);
            return;
        case Action::shorten:
            size_ = std::min<std::size_t>(size_, now.value);
            return;
    }
}

}  // namespace credit::test::shim

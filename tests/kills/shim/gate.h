// Every wrapped call passes here: it is counted, listed, and suffers what the plan says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace credit::test::shim {

enum class Kind { open_read, open_write, look, read, write, sync, space, name, lock, close };

class Gate {
  public:
    // `size`: of a transfer. Holds a lock until the call is done, so that calls have one order.
    Gate(const char* call, Kind kind, const char* path, std::size_t size = 0);
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;
    ~Gate();

    // The call fails with this errno; 0: it does not.
    int error() const { return error_; }
    // How much of the transfer happens.
    std::size_t size() const { return size_; }
    // Whether the process dies as soon as that much has happened.
    bool dies_after() const { return dies_after_; }

  private:
    bool can_fail_with(int error) const;
    bool is_struck() const;
    void suffer();

    std::lock_guard<std::mutex> hold_;
    Kind kind_;
    std::size_t size_;
    std::uint64_t number_;
    int error_ = 0;
    bool dies_after_ = false;
};

}  // namespace credit::test::shim

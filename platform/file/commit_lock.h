// The commit lock of one record (R8): flock on a file that is never deleted. The system releases it
// when a process dies. On network file systems flock may mean nothing; the storage folder belongs
// on the device.
#pragma once

#include <string>

#include "core/base/time.h"
#include "core/ports/secure_store.h"
#include "platform/file/descriptor.h"

namespace credit {

class CommitLock {
  public:
    CommitLock() = default;
    ~CommitLock() { release(); }
    CommitLock(const CommitLock&) = delete;
    CommitLock& operator=(const CommitLock&) = delete;

    // Waits at most `patience`: a holder needs it for microseconds, so a longer wait means somebody
    // is suspended.
    StoreResult acquire(int folder, const std::string& name, Millis patience);
    void release() noexcept;
    bool held() const noexcept { return static_cast<bool>(fd_); }

  private:
    Descriptor fd_;
};

}  // namespace credit

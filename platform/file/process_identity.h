// Who holds a send lease, and whether that process is still there (R8).
//
// Each process picks a random id and locks the one byte of `owners.lock` whose offset the id gives.
// The lock belongs to the open file and goes with the process, however it dies; no pid, no start
// time, nothing written that could go stale. Whether a process is gone is asked of the kernel from
// a second open file: is that byte still locked? A child forked by the host shares the lock until
// it ends or execs; its parent's death then shows late, never early.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "core/ports/entropy.h"
#include "platform/file/descriptor.h"
#include "platform/file/folder.h"

namespace credit {

class ProcessIdentity {
  public:
    explicit ProcessIdentity(std::shared_ptr<Entropy> entropy);

    // Never 0. An odd id is backed by a lock. An even one is not (the lock could not be had), and
    // nobody ever calls its owner gone: its leases simply run out.
    std::uint64_t id(Folder& folder);
    bool gone(Folder& folder, std::uint64_t id);

  private:
    bool still_locked(int folder) const noexcept;
    std::uint64_t draw();

    const std::shared_ptr<Entropy> entropy_;
    std::mutex mutex_;
    std::uint64_t id_ = 0;
    Descriptor locked_;
};

}  // namespace credit

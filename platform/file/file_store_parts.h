// What all records of one FileStore share.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string>

#include "platform/file/folder.h"
#include "platform/file/process_identity.h"
#include "platform/file/sealer.h"
#include "platform/file/slot.h"

namespace credit {

// Room for both slots of a record. One per store and not one per record, because a process may have
// a thousand sessions and one storage thread. Holds sealed bytes only. Locked while in use, and
// never while waiting for a commit lock.
struct Scratch {
    std::mutex mutex;
    std::array<SlotBytes, 2> slots;
};

struct FileStoreParts {
    FileStoreParts(const std::string& dir, std::shared_ptr<SealingKey> key,
                   const std::shared_ptr<Entropy>& entropy)
        : folder(dir), sealer(std::move(key), entropy), identity(entropy) {}

    Folder folder;
    Sealer sealer;
    ProcessIdentity identity;
    Scratch scratch;
};

}  // namespace credit

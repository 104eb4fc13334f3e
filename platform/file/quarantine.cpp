#include "platform/file/quarantine.h"

#include <cerrno>

#include "platform/file/slot_writer.h"
#include "platform/file/syscalls.h"

namespace credit {
namespace {

bool exists(int folder, const std::string& name) noexcept {
    struct stat found{};
    return ::fstatat(folder, name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT;
}

}  // namespace

StoreResult quarantine_slot(int folder, const RecordNames& names, const char* slot) {
    const std::string& place =
        exists(folder, names.quarantined[0]) ? names.quarantined[1] : names.quarantined[0];
    if (::renameat(folder, slot, folder, place.c_str()) != 0) {
        return failure("a damaged slot could not be set aside", errno);
    }
    if (const int error = sync_all(folder)) {
        return failure("a damaged slot's new name could not be made durable", error);
    }
    return {StoreAnswer::done, {}};
}

bool has_quarantined(int folder, const RecordNames& names) noexcept {
    return exists(folder, names.quarantined[0]) || exists(folder, names.quarantined[1]);
}

StoreResult erase_quarantined(int folder, const RecordNames& names) {
    for (const std::string& name : names.quarantined) {
        StoreResult removed = shred(folder, name.c_str());
        if (removed.answer != StoreAnswer::done) return removed;
    }
    if (const int error = sync_all(folder)) return failure("the removal is not durable", error);
    return {StoreAnswer::done, {}};
}

}  // namespace credit

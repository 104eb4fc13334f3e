#include "platform/file/slot_reader.h"

#include <algorithm>
#include <cerrno>

namespace credit {
namespace {

bool all_zero(std::span<const std::byte> bytes) noexcept {
    return std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{0}; });
}

void refuse(Slot& slot, const char* why, int error) noexcept {
    slot.state = SlotState::refused;
    slot.why = why;
    slot.error = error;
}

void open_failed(Slot& slot, int error) noexcept {
    slot.error = error;
    switch (error) {
        case ENOENT:
            slot.state = SlotState::missing;
            return;
        case ELOOP:
            return refuse(slot, "is a symbolic link", error);
        case EISDIR:
            return refuse(slot, "is a folder", error);
        case ENXIO:  // a socket, or a FIFO opened for writing
            return refuse(slot, "is not a regular file", EPERM);
        case EIO:
            slot.state = SlotState::sick;
            slot.why = "cannot be read";
            return;
        default:
            slot.state = answer_for(error) == StoreAnswer::denied ? SlotState::refused
                                                                  : SlotState::unreadable;
            slot.why = "could not be opened";
    }
}

void read_failed(Slot& slot, int error) noexcept {
    slot.error = error;
    slot.state = error == EIO ? SlotState::sick : SlotState::unreadable;
    slot.why = "could not be read";
}

}  // namespace

Descriptor open_slot(int folder, const char* name, int access, Slot& slot) noexcept {
    Opened opened = open_at(folder, name, access);
    if (!opened.fd) {
        open_failed(slot, opened.error);
        return {};
    }
    struct stat found{};
    if (::fstat(opened.fd.get(), &found) != 0) {
        read_failed(slot, errno);
        return {};
    }
    if (const char* objection = objection_to(found)) {
        refuse(slot, objection, EPERM);
        return {};
    }
    slot.state = SlotState::filled;
    slot.full_size = found.st_size == static_cast<off_t>(kSlotBytes);
    if (found.st_size > static_cast<off_t>(kSlotBytes)) slot.why = "is too large";
    return std::move(opened.fd);
}

Slot read_slot(int folder, const char* name, SlotBytes& bytes) noexcept {
    Slot slot;
    const Descriptor fd = open_slot(folder, name, O_RDONLY, slot);
    if (!fd) return slot;
    const Read read = read_at(fd.get(), bytes, 0);
    slot.bytes = read.bytes;
    if (read.error != 0) {
        read_failed(slot, read.error);
    } else if (slot.full_size && all_zero(bytes)) {
        slot.state = SlotState::empty;
    }
    return slot;
}

Slot read_stamp(int folder, const char* name, SlotStamp& stamp) noexcept {
    Slot slot;
    stamp.fill(std::byte{0});
    const Descriptor fd = open_slot(folder, name, O_RDONLY, slot);
    if (!fd) return slot;
    const Read read = read_at(fd.get(), stamp, 0);
    slot.bytes = read.bytes;
    if (read.error != 0) {
        read_failed(slot, read.error);
    } else if (read.bytes > 0 && all_zero(stamp)) {
        slot.state = SlotState::empty;
    }
    return slot;
}

}  // namespace credit

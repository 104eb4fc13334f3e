#include "platform/file/slot_writer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string>

#include "platform/file/slot_reader.h"
#include "platform/file/syscalls.h"

namespace credit {
namespace {

// After a failed sync the kernel may show content that is not on the medium, and mark it clean. An
// unreadable header is the truth every process can see; the slot is written whole the next time.
void poison(int fd) noexcept {
    constexpr SlotStamp kZeros{};
    if (write_at(fd, kZeros, 0) == 0) sync_data(fd);
}

int fill_new_file(int fd, std::span<const std::byte> image) noexcept {
    // umask may have taken away even the owner's rights.
    if (::fchmod(fd, S_IRUSR | S_IWUSR) != 0) return errno;
    if (const int error = preallocate(fd, kSlotBytes)) return error;
    if (const int error = write_at(fd, image, 0)) return error;
    return sync_all(fd);
}

int zero_file(int fd) noexcept {
    struct stat found{};
    if (::fstat(fd, &found) != 0) return errno;
    constexpr std::array<std::byte, 4096> kZeros{};
    for (off_t at = 0; at < found.st_size; at += static_cast<off_t>(kZeros.size())) {
        const auto part = std::min(static_cast<std::size_t>(found.st_size - at), kZeros.size());
        const int error = write_at(fd, std::span(kZeros).first(part), static_cast<std::size_t>(at));
        if (error != 0) return error;
    }
    return sync_data(fd);
}

}  // namespace

StoreResult write_in_place(int folder, const char* name, std::span<const std::byte> image) {
    Slot slot;
    const Descriptor fd = open_slot(folder, name, O_RDWR, slot);
    if (slot.state == SlotState::refused) {
        return {answer_for(slot.error), std::string("the slot ") + slot.why};
    }
    if (!fd) return failure("a slot could not be opened for writing", slot.error);
    int error = write_at(fd.get(), image, 0);
    const char* what = "a slot could not be written";
    if (error == 0) {
        error = sync_data(fd.get());
        what = "a slot could not be made durable";
    }
    if (error == 0) return {StoreAnswer::done, {}};
    poison(fd.get());
    return failure(what, error);
}

StoreResult write_fresh(int folder, const char* name, const char* fresh_name,
                        std::span<const std::byte> image) {
    // Left by a crash; we hold the commit lock, so nobody is writing it.
    if (::unlinkat(folder, fresh_name, 0) != 0 && errno != ENOENT) {
        return failure("a stale new slot could not be removed", errno);
    }
    const Opened opened = open_at(folder, fresh_name, O_RDWR | O_CREAT | O_EXCL, S_IRUSR | S_IWUSR);
    if (!opened.fd) return failure("a new slot could not be made", opened.error);
    int error = fill_new_file(opened.fd.get(), image);
    if (error == 0 && ::renameat(folder, fresh_name, folder, name) != 0) error = errno;
    if (error != 0) {
        ::unlinkat(folder, fresh_name, 0);
        return failure("a new slot could not be written", error);
    }
    error = sync_all(folder);
    if (error == 0) return {StoreAnswer::done, {}};
    // Nothing of it was promised to anybody, and the slot it replaced was not the newest: empty is
    // the truth. A broken header would make the first write of a record, failed here, look corrupt.
    zero_file(opened.fd.get());
    return failure("a new slot's name could not be made durable", error);
}

StoreResult shred(int folder, const char* name) {
    Slot slot;
    const Descriptor fd = open_slot(folder, name, O_RDWR, slot);
    if (slot.state == SlotState::missing) return {StoreAnswer::done, {}};
    // The content is sealed; zeros are a second belt. A medium too sick to take them must not stop
    // the removal.
    if (fd) zero_file(fd.get());
    if (::unlinkat(folder, name, 0) != 0 && errno != ENOENT) {
        return failure("a file could not be removed", errno);
    }
    return {StoreAnswer::done, {}};
}

}  // namespace credit

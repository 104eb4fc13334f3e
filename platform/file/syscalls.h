// System calls as this store needs them: interrupted ones are repeated, partial transfers are
// completed, and an errno becomes one of a store's answers. Functions that return int return 0 or
// the errno.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstddef>
#include <span>

#include "core/ports/secure_store.h"
#include "platform/file/descriptor.h"

namespace credit {

// A step that failed, in words ("slot a could not be written: No space left on device").
StoreResult failure(const char* what, int error);
StoreAnswer answer_for(int error) noexcept;

struct Opened {
    Descriptor fd;
    int error = 0;
};
// Never follows a symbolic link, never blocks on a FIFO, never becomes a controlling terminal, is
// closed by exec.
Opened open_at(int folder, const char* name, int flags, mode_t mode = 0) noexcept;

struct Read {
    std::size_t bytes = 0;
    int error = 0;
};
// Fills `out` from `offset` on, as far as the file goes.
Read read_at(int fd, std::span<std::byte> out, std::size_t offset) noexcept;
int write_at(int fd, std::span<const std::byte> data, std::size_t offset) noexcept;
// Content, and as much metadata as is needed to read it back.
int sync_data(int fd) noexcept;
// Everything: for new files and for folders.
int sync_all(int fd) noexcept;
// Gives the file its size and its blocks.
int preallocate(int fd, std::size_t size) noexcept;

// Null if this is a regular file of ours that nobody else can open or reach by another name; else
// what is wrong with it.
const char* objection_to(const struct stat& file) noexcept;

}  // namespace credit

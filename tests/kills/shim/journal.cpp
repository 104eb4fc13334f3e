#include "tests/kills/shim/journal.h"

#include <cstring>

#include "tests/kills/shim/plan.h"
#include "tests/kills/shim/raw.h"

namespace credit::test::shim {
namespace {

int journal() {
    static const int kFd =
        plan().journal == nullptr
            ? -1
            : raw_open(AT_FDCWD, plan().journal, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return kFd;
}

}  // namespace

void note_names(Change change, const char* path, const char* other, std::uint64_t inode) {
    if (journal() < 0) return;
    ChangeHead head;
    head.change = change;
    head.path_size = static_cast<std::uint32_t>(std::strlen(path));
    head.other_size = other == nullptr ? 0 : static_cast<std::uint32_t>(std::strlen(other));
    head.inode = inode;
    raw_write_all(journal(), &head, sizeof head);
    raw_write_all(journal(), path, head.path_size);
    raw_write_all(journal(), other, head.other_size);
}

void note_write(std::uint64_t inode, std::uint64_t offset, const void* data, std::size_t size) {
    if (journal() < 0) return;
    ChangeHead head;
    head.change = Change::write;
    head.data_size = static_cast<std::uint32_t>(size);
    head.inode = inode;
    head.offset = offset;
    raw_write_all(journal(), &head, sizeof head);
    raw_write_all(journal(), data, size);
}

void note_file(Change change, std::uint64_t inode, std::uint64_t offset) {
    if (journal() < 0) return;
    ChangeHead head;
    head.change = change;
    head.inode = inode;
    head.offset = offset;
    raw_write_all(journal(), &head, sizeof head);
}

}  // namespace credit::test::shim

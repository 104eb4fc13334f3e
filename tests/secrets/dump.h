// What a core dump of a process would hold, read from outside while it stands still.
//
// The kernel's dump (fs/coredump.c, vma_dump_size) leaves out exactly two things that this reading leaves out: mappings
// marked by madvise(MADV_DONTDUMP), which /proc/PID/smaps shows as "dd", and device memory ("io"). By its default filter it
// leaves out more: the pages of programs and libraries that nobody wrote to. This reads those too, so it sees at least what
// any setting of /proc/PID/coredump_filter writes. Like the kernel it skips pages that are not there (/proc/PID/pagemap) and
// reads through protections (FOLL_FORCE, the same way in both). What it cannot see are the registers of the threads.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "tests/secrets/mappings.h"

namespace credit::secrets {

struct Piece {
    std::uintptr_t at = 0;  // its address in the process
    std::string_view bytes;
    const Mapping* mapping = nullptr;
};

enum class Part { dumped, kept_out };

// Stops the process, reads, lets it go on. Neighbouring pages of one mapping come as one piece.
void read_memory(int process, Part part, const std::function<void(const Piece&)>& on_piece);

}  // namespace credit::secrets

// What the system says about the memory of a process (/proc/PID/smaps).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace credit::secrets {

struct Mapping {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::string permissions;  // "rw-p"
    std::string name;         // a path, "[heap]", or empty
    std::string flags;        // VmFlags, each with a space in front

    bool has(const char* flag) const;
    // What the kernel asks before it writes a mapping into a core dump: madvise(MADV_DONTDUMP).
    bool kept_out_of_dumps() const { return has("dd"); }
    bool readable() const { return !permissions.empty() && permissions[0] == 'r'; }
    bool writable() const { return permissions.size() > 1 && permissions[1] == 'w'; }
};

std::vector<Mapping> mappings_of(const std::string& process);  // a pid, or "self"
// Both throw when nothing is mapped there.
const Mapping& mapping_of(const std::vector<Mapping>& all, const void* address);
Mapping mapping_of(const void* address);   // of this process, now
std::size_t mappings_kept_out_of_dumps();  // of this process

}  // namespace credit::secrets

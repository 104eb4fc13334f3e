// What the shim writes down of a run and the driver reads: every change below the case's folder, in
// order. From it the driver knows what a power cut may leave behind.
#pragma once

#include <cstdint>

namespace credit::test {

enum class Change : std::uint32_t {
    make_folder = 1,  // path
    create,           // path, inode
    rename,           // path -> other
    unlink,           // path
    write,            // inode, offset, data
    resize,           // inode, offset: the new size
    sync_file,        // inode: what it holds is durable
    sync_folder,      // path: what it lists is durable
    failed_sync,      // inode: what was not durable yet may never be, whatever a later sync says
};

// Followed by path, other and data, without ends.
struct ChangeHead {
    Change change = Change::create;
    std::uint32_t path_size = 0;
    std::uint32_t other_size = 0;
    std::uint32_t data_size = 0;
    std::uint64_t inode = 0;
    std::uint64_t offset = 0;
};

// The device's clock as the driver sets it, in a file that every process of a case maps. Changing
// it while a process is stopped is a device that slept.
struct DeviceClock {
    std::int64_t wall_offset_ms = 0;
    std::int64_t elapsed_offset_ms = 0;
    std::uint64_t boot = 0;  // 0: the machine's own name of the boot
};

}  // namespace credit::test

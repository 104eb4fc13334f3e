// Which descriptors of the process belong to the folder under test.
#pragma once

namespace credit::test::shim {

constexpr int kMaxPath = 256;

// The path below the folder ("store/0f.a", "" for the folder itself), or null: not ours. Writes
// into `out`, which has kMaxPath bytes.
const char* path_below(int folder, const char* path, char* out);
// The same of an open descriptor.
const char* path_of(int fd, char* out);

void remember(int fd, const char* path);
void forget(int fd);

}  // namespace credit::test::shim

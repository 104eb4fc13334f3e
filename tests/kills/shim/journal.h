// Writes down what changed, for the driver's power cuts. One process at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/kills/journal_format.h"

namespace credit::test::shim {

void note_names(Change change, const char* path, const char* other, std::uint64_t inode);
void note_write(std::uint64_t inode, std::uint64_t offset, const void* data, std::size_t size);
void note_file(Change change, std::uint64_t inode, std::uint64_t offset);

}  // namespace credit::test::shim

#pragma once

#include <string>

namespace credit::sandbox {

// `text` as a gzip file of stored blocks: for a client it is as unreadable as a packed one.
std::string gzip_stored(const std::string& text);

}  // namespace credit::sandbox

// What paths and queries may consist of; shared by whole URLs and by paths alone.
#pragma once

#include <string>
#include <string_view>

namespace credit::url_text {

// Null when `path` (from its '/' on) is fine, otherwise why not.
const char* path_fault(std::string_view path);
const char* query_fault(std::string_view query);
// Percent sequences resolved; the input has been checked.
std::string decoded(std::string_view text);

}  // namespace credit::url_text

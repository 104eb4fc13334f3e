#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace credit::sandbox {

// Fields of the bodies of admin calls. Each throws std::invalid_argument saying what is wrong.

std::string required_text(const nlohmann::json& body, const char* field);
std::int64_t whole_number(const nlohmann::json& value, const char* field);

// Throws std::out_of_range: there is no such admin path.
[[noreturn]] void no_such_admin_path();

}  // namespace credit::sandbox

// JSON as another library reads it, and what it says about a platform's reply.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace credit::fuzz {

struct ReadJson {
    nlohmann::json value;
    bool duplicates = false;  // some object repeats a key
    bool deep = false;        // nested deeper than the product accepts
};
// Nothing: not JSON.
std::optional<ReadJson> read_json(std::string_view text);

// `object` is an object with a string of that name; null otherwise.
const std::string* text_at(const nlohmann::json& object, const char* name);
const nlohmann::json* object_at(const nlohmann::json& object, const char* name);
// Absent counts as null.
bool null_at(const nlohmann::json& object, const char* name);

// A well-formed error envelope of the platform with a code after which no refresh will ever succeed, and with our
// correlation id or none: the only thing that may end a session (R23).
bool is_terminal_envelope(const nlohmann::json& envelope, std::string_view correlation_id);

}  // namespace credit::fuzz

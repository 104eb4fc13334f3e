#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace credit::sandbox {

// Each throws a Refusal with VALIDATION_FAILED that names the field.

nlohmann::json parse_object(const std::string& body);
std::string borrower_external_id(const nlohmann::json& body);
std::string journey_type(const nlohmann::json& body, const std::string& field, bool required);
void check_journey_type(const std::string& type, const std::string& field);
void check_optional_object(const nlohmann::json& body, const std::string& field);

// The length of text in UTF-8.
std::size_t characters(const std::string& text);

}  // namespace credit::sandbox

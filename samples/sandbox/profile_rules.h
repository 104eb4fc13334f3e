#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace credit::sandbox {

// The documented sections of `body` (profile, workProfile, address, goldLoan), checked, with PANs
// in upper and e-mail addresses in lower case; fields nobody documents are left out. Throws a
// Refusal with VALIDATION_FAILED that names the field as a dotted path. The hosted surface takes
// workProfile.incomeType and more ways to write self-employed, and wants four digits of an income.
enum class Surface { headless, hosted };
nlohmann::json profile_sections(const nlohmann::json& body, Surface surface = Surface::headless);

// `changes` laid over `known`, field by field.
nlohmann::json merged_profile(nlohmann::json known, const nlohmann::json& changes);

// The dotted paths a journey of this type cannot be submitted without and that are missing.
std::vector<std::string> missing_fields(const nlohmann::json& profile, const std::string& type);

}  // namespace credit::sandbox

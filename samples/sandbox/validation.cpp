#include "sandbox/validation.h"

#include <array>
#include <regex>
#include <string_view>

#include "sandbox/envelope.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_external_id = 128;
constexpr std::size_t max_profile_text = 254;

struct ProfileField {
    const char* name;
    const char* pattern;
    const char* message;
};

constexpr std::array<ProfileField, 6> profile_fields = {{
    {"contactNumber", "(\\+91)?[6-9][0-9]{9}", "must be an Indian mobile number"},
    {"pan", "[A-Za-z]{5}[0-9]{4}[A-Za-z]", "must have the form ABCDE1234F"},
    {"panName", ".*", "must be text"},
    {"personalemail", "[^@\\s]+@[^@\\s.]+(\\.[^@\\s.]+)+", "must be an e-mail address"},
    {"dob", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "must be a date, YYYY-MM-DD"},
    {"gender", "male|female|transgender", "must be male, female or transgender"},
}};

std::string trimmed(const std::string& text) {
    constexpr std::string_view space = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(space);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

void check_profile_field(const nlohmann::json& profile, const ProfileField& field) {
    const auto found = profile.find(field.name);
    if (found == profile.end()) return;
    const std::string name = std::string("profile.") + field.name;
    const bool fits =
        found->is_string() && found->get_ref<const std::string&>().size() <= max_profile_text &&
        std::regex_match(found->get_ref<const std::string&>(), std::regex(field.pattern));
    if (!fits) throw invalid_field(name, name + " " + field.message + ".");
}

}  // namespace

nlohmann::json parse_object(const std::string& body) {
    auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) throw invalid_field("body", "The body must be a JSON object.");
    return json;
}

std::string borrower_external_id(const nlohmann::json& body) {
    const auto found = body.find("borrowerExternalID");
    std::string id;
    if (found != body.end() && found->is_string()) id = trimmed(found->get<std::string>());
    if (id.empty() || id.size() > max_external_id) {
        throw invalid_field("borrowerExternalID",
                            "borrowerExternalID must be text of 1 to 128 characters.");
    }
    return id;
}

void check_journey_type(const std::string& type, const std::string& field) {
    if (type != "PERSONAL_LOAN" && type != "GOLD_LOAN") {
        throw invalid_field(field, field + " must be PERSONAL_LOAN or GOLD_LOAN.");
    }
}

std::string journey_type(const nlohmann::json& body, const std::string& field, bool required) {
    const auto found = body.find(field);
    if (found == body.end() && !required) return "PERSONAL_LOAN";
    const bool text = found != body.end() && found->is_string();
    const std::string type = text ? found->get<std::string>() : std::string();
    check_journey_type(type, field);
    return type;
}

void check_optional_object(const nlohmann::json& body, const std::string& field) {
    const auto found = body.find(field);
    if (found != body.end() && !found->is_object()) {
        throw invalid_field(field, field + " must be an object.");
    }
}

void check_profile(const nlohmann::json& body) {
    check_optional_object(body, "profile");
    const auto found = body.find("profile");
    if (found == body.end()) return;
    for (const auto& field : profile_fields)
        check_profile_field(*found, field);
}

}  // namespace credit::sandbox

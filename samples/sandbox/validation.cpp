#include "sandbox/validation.h"

#include <algorithm>
#include <string_view>

#include "sandbox/envelope.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_external_id = 128;

std::string trimmed(const std::string& text) {
    constexpr std::string_view space = " \t\r\n\f\v";
    const auto first = text.find_first_not_of(space);
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
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
    if (found != body.end() && found->is_string()) id = found->get<std::string>();
    const bool fits = characters(id) <= max_external_id;
    id = trimmed(id);
    if (id.empty() || !fits) {
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

std::size_t characters(const std::string& text) {
    // All bytes of UTF-8 but those that go on with a character.
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

}  // namespace credit::sandbox

#include "sandbox/profile_rules.h"

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>

#include "sandbox/envelope.h"
#include "sandbox/validation.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_text = 254;
constexpr std::array<const char*, 4> sections = {"profile", "workProfile", "address", "goldLoan"};

enum class Kind { text, upper, lower, date, amount, number, flag };

struct Field {
    const char* section;
    const char* name;
    Kind kind;
    // What text has to look like; nothing for any text.
    const char* pattern;
    const char* message;
};

#define CREDIT_EMAIL "[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+"
#define CREDIT_AMOUNT "[1-9][0-9]{0,11}"
constexpr std::array<Field, 26> fields = {{
    {"profile", "contactNumber", Kind::text, "(\\+91)?[6-9][0-9]{9}",
     "must be an Indian mobile number"},
    {"profile", "pan", Kind::upper, "[A-Za-z]{5}[0-9]{4}[A-Za-z]", "must have the form ABCDE1234F"},
    {"profile", "panName", Kind::text, nullptr, "must be text"},
    {"profile", "dob", Kind::date, "[0-9]{4}-[0-9]{2}-[0-9]{2}", "must be a date, YYYY-MM-DD"},
    {"profile", "gender", Kind::text, "male|female|transgender",
     "must be male, female or transgender"},
    {"profile", "personalemail", Kind::lower, CREDIT_EMAIL, "must be an e-mail address"},
    {"workProfile", "employmentType", Kind::text, "salaried|selfEmployed",
     "must be salaried or selfEmployed"},
    {"workProfile", "income", Kind::amount, CREDIT_AMOUNT,
     "must be a positive number or its digits"},
    {"workProfile", "incomeType", Kind::text, "monthly|annual", "must be monthly or annual"},
    {"workProfile", "companyName", Kind::text, nullptr, "must be text"},
    {"workProfile", "officialemail", Kind::lower, CREDIT_EMAIL, "must be an e-mail address"},
    {"workProfile", "udyamNumber", Kind::text, nullptr, "must be text"},
    {"address", "addressL1", Kind::text, nullptr, "must be text"},
    {"address", "addressL2", Kind::text, nullptr, "must be text"},
    {"address", "city", Kind::text, nullptr, "must be text"},
    {"address", "state", Kind::text, nullptr, "must be text"},
    {"address", "pincode", Kind::text, "[1-9][0-9]{5}", "must have six digits"},
    {"goldLoan", "userType", Kind::text, "individual|non-individual",
     "must be individual or non-individual"},
    {"goldLoan", "constitution", Kind::text, nullptr, "must be text"},
    {"goldLoan", "jewelleryWeightGrams", Kind::number, nullptr, "must be a positive number"},
    {"goldLoan", "purity", Kind::text, "24K|22K|21K|18K|14K|9K",
     "must be 24K, 22K, 21K, 18K, 14K or 9K"},
    {"goldLoan", "endUse", Kind::text, nullptr, "must be text"},
    {"goldLoan", "bureauConsent", Kind::flag, nullptr, "must be true or false"},
    {"goldLoan", "aaID", Kind::text, nullptr, "must be text"},
    {"goldLoan", "requestedAmount", Kind::text, CREDIT_AMOUNT, "must be the digits of an amount"},
    {"goldLoan", "requestedTenureMonths", Kind::number, nullptr, "must be a positive number"},
}};
#undef CREDIT_EMAIL
#undef CREDIT_AMOUNT

constexpr double most_income = 999'999'999'999.0;
constexpr double most_number = 1'000'000.0;

std::string path_of(const Field& field) {
    return std::string(field.section) + "." + field.name;
}

bool fits_text(const Field& field, const nlohmann::json& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    if (characters(text) > max_text) return false;
    return field.pattern == nullptr || std::regex_match(text, std::regex(field.pattern));
}

bool fits_number(const nlohmann::json& value, double least, double most) {
    return value.is_number() && value.get<double>() >= least && value.get<double>() <= most;
}

bool fits(const Field& field, const nlohmann::json& value) {
    switch (field.kind) {
        case Kind::flag:
            return value.is_boolean();
        case Kind::number:
            return fits_number(value, 1, most_number);
        case Kind::amount:
            return fits_text(field, value) || fits_number(value, 1, most_income);
        case Kind::date:
            return fits_text(field, value) &&
                   kit::parse_iso8601(value.get<std::string>() + "T00:00:00Z").has_value();
        default:
            return fits_text(field, value);
    }
}

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

nlohmann::json normal(Kind kind, const nlohmann::json& value) {
    if (kind != Kind::upper && kind != Kind::lower) return value;
    auto text = value.get<std::string>();
    std::transform(text.begin(), text.end(), text.begin(), kind == Kind::upper ? upper : lower);
    return text;
}

bool has(const nlohmann::json& profile, const std::string& section, const std::string& field) {
    const auto found = profile.find(section);
    return found != profile.end() && found->contains(field);
}

[[noreturn]] void refuse(const Field& field, const char* message) {
    throw invalid_field(path_of(field), path_of(field) + " " + message + ".");
}

bool is_named(const Field& field, const char* section, std::string_view name) {
    return std::string_view(field.section) == section && name == field.name;
}

// The hosted surface writes some things in more ways, and wants at least four digits of an income.
nlohmann::json hosted_value(const Field& field, const nlohmann::json& value) {
    if (is_named(field, "workProfile", "employmentType") &&
        (value == "self-employed" || value == "self employed")) {
        return "selfEmployed";
    }
    if (is_named(field, "workProfile", "income")) {
        const bool short_text = value.is_string() && value.get_ref<const std::string&>().size() < 4;
        if (short_text || (value.is_number() && value.get<double>() < 1000))
            refuse(field, "must have at least four digits");
    }
    return value;
}

void check_udyam_number(const nlohmann::json& kept) {
    const auto work = kept.find("workProfile");
    if (work == kept.end() || !work->contains("udyamNumber")) return;
    if (work->value("employmentType", "") == "salaried") {
        throw invalid_field("workProfile.udyamNumber",
                            "workProfile.udyamNumber is for the self-employed.");
    }
}

}  // namespace

nlohmann::json profile_sections(const nlohmann::json& body, Surface surface) {
    const bool hosted = surface == Surface::hosted;
    nlohmann::json kept = nlohmann::json::object();
    for (const char* section : sections) {
        check_optional_object(body, section);
        if (body.contains(section)) kept[section] = nlohmann::json::object();
    }
    for (const auto& field : fields) {
        if (!has(body, field.section, field.name)) continue;
        if (!hosted && is_named(field, "workProfile", "incomeType")) continue;
        const auto& given = body[field.section][field.name];
        const nlohmann::json value = hosted ? hosted_value(field, given) : given;
        if (!fits(field, value)) refuse(field, field.message);
        kept[field.section][field.name] = normal(field.kind, value);
    }
    check_udyam_number(kept);
    return kept;
}

nlohmann::json merged_profile(nlohmann::json known, const nlohmann::json& changes) {
    for (const auto& [section, values] : changes.items()) {
        if (!known.contains(section)) known[section] = nlohmann::json::object();
        known[section].update(values);
    }
    return known;
}

std::vector<std::string> missing_fields(const nlohmann::json& profile, const std::string& type) {
    using Name = std::pair<const char*, const char*>;
    static const std::vector<Name> always = {
        {"profile", "contactNumber"}, {"profile", "pan"}, {"profile", "dob"}};
    static const std::vector<Name> personal = {{"workProfile", "employmentType"},
                                               {"workProfile", "income"}};
    static const std::vector<Name> gold = {{"goldLoan", "jewelleryWeightGrams"},
                                           {"goldLoan", "purity"}};
    std::vector<std::string> missing;
    const auto look = [&](const std::vector<Name>& names) {
        for (const auto& [section, field] : names) {
            if (!has(profile, section, field))
                missing.push_back(std::string(section) + "." + field);
        }
    };
    look(always);
    look(type == "GOLD_LOAN" ? gold : personal);
    return missing;
}

}  // namespace credit::sandbox

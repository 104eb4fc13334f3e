#include "sandbox/settings.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace credit::sandbox {

namespace {

constexpr std::array<std::pair<RefreshModel, const char*>, 7> models = {{
    {RefreshModel::replay, "replay"},
    {RefreshModel::auth_first, "auth_first"},
    {RefreshModel::grace_fork, "grace_fork"},
    {RefreshModel::grace_same, "grace_same"},
    {RefreshModel::strict, "strict"},
    {RefreshModel::strict_family, "strict_family"},
    {RefreshModel::keeps_refresh_token, "keeps_refresh_token"},
}};

constexpr std::array<std::pair<const char*, std::int64_t Settings::*>, 7> numbers = {{
    {"session_ttl_ms", &Settings::session_ttl_ms},
    {"refresh_ttl_ms", &Settings::refresh_ttl_ms},
    {"grace_ms", &Settings::grace_ms},
    {"idempotency_ttl_ms", &Settings::idempotency_ttl_ms},
    {"journey_step_ms", &Settings::journey_step_ms},
    {"journey_ttl_ms", &Settings::journey_ttl_ms},
    {"rate_limit_per_minute", &Settings::rate_limit_per_minute},
}};

constexpr std::array<std::pair<const char*, bool Settings::*>, 5> switches = {{
    {"second_session_ends_first", &Settings::second_session_ends_first},
    {"old_session_token_lives", &Settings::old_session_token_lives},
    {"auth_first_revokes_family", &Settings::auth_first_revokes_family},
    {"journey_at_start", &Settings::journey_at_start},
    {"journeys_move", &Settings::journeys_move},
}};

// Far beyond every use, and far enough below the end of 64 bits to be added to any time.
constexpr std::int64_t most = 1'000'000'000'000'000;

bool change_number(Settings& settings, const std::string& name, const nlohmann::json& value) {
    for (const auto& [known, member] : numbers) {
        if (name != known) continue;
        if (!value.is_number_integer() || value.get<std::int64_t>() < 0 ||
            value.get<std::int64_t>() > most) {
            throw std::invalid_argument(name + " must be a whole number from 0 to 10^15");
        }
        settings.*member = value.get<std::int64_t>();
        return true;
    }
    return false;
}

bool change_switch(Settings& settings, const std::string& name, const nlohmann::json& value) {
    for (const auto& [known, member] : switches) {
        if (name != known) continue;
        if (!value.is_boolean()) throw std::invalid_argument(name + " must be true or false");
        settings.*member = value.get<bool>();
        return true;
    }
    return false;
}

}  // namespace

RefreshModel parse_model(const std::string& name) {
    std::string known;
    for (const auto& [model, model_name] : models) {
        if (name == model_name) return model;
        known += known.empty() ? "" : ", ";
        known += model_name;
    }
    throw std::invalid_argument("unknown model \"" + name + "\"; known are " + known);
}

Settings changed(Settings settings, const nlohmann::json& changes) {
    if (!changes.is_object()) throw std::invalid_argument("settings must be a JSON object");
    for (const auto& [name, value] : changes.items()) {
        if (name == "model") {
            if (!value.is_string()) throw std::invalid_argument("model must be a string");
            settings.model = parse_model(value.get<std::string>());
        } else if (!change_number(settings, name, value) && !change_switch(settings, name, value)) {
            throw std::invalid_argument("unknown setting \"" + name + "\"");
        }
    }
    return settings;
}

nlohmann::json to_json(const Settings& settings) {
    nlohmann::json json;
    for (const auto& [model, name] : models) {
        if (settings.model == model) json["model"] = name;
    }
    for (const auto& [name, member] : numbers)
        json[name] = settings.*member;
    for (const auto& [name, member] : switches)
        json[name] = settings.*member;
    return json;
}

Settings LiveSettings::get() const {
    const std::lock_guard lock(mutex_);
    return current_;
}

Settings LiveSettings::change(const nlohmann::json& changes) {
    const std::lock_guard lock(mutex_);
    current_ = changed(current_, changes);
    return current_;
}

void LiveSettings::reset() {
    const std::lock_guard lock(mutex_);
    current_ = initial_;
}

}  // namespace credit::sandbox

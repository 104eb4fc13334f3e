#include <stdexcept>

#include "sandbox/admin_api.h"
#include "sandbox/admin_body.h"
#include "sandbox/api_keys.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t usual_overlap_ms = 86'400'000;
constexpr std::int64_t a_year_ms = 31'536'000'000;

Json key_json(const ApiKey& key) {
    Json json;
    json["key"] = key.key;
    json["application_id"] = key.application_id;
    json["state"] = key.state;
    json["starts_at_ms"] = nullptr;
    if (key.starts_at_ms) json["starts_at_ms"] = *key.starts_at_ms;
    json["retires_at_ms"] = nullptr;
    if (key.retires_at_ms) json["retires_at_ms"] = *key.retires_at_ms;
    return json;
}

Application application_in(kit::Database& database, const nlohmann::json& body) {
    if (!body.contains("application_id")) return first_application(database);
    const auto found = find_application(database, required_text(body, "application_id"));
    if (!found) throw std::invalid_argument("application_id: there is no such application");
    return *found;
}

std::int64_t span_ms(const nlohmann::json& body, const char* field, std::int64_t usual_ms) {
    if (!body.contains(field)) return usual_ms;
    const auto span = whole_number(body[field], field);
    if (span < 0 || span > a_year_ms) {
        throw std::invalid_argument(std::string(field) + " must be from 0 to a year");
    }
    return span;
}

KeyRotation rotation_in(const nlohmann::json& body, const std::string& next, std::int64_t now_ms) {
    const std::int64_t starts_at_ms = now_ms + span_ms(body, "start_in_ms", 0);
    return {required_text(body, "rotate"), next, starts_at_ms,
            starts_at_ms + span_ms(body, "overlap_ms", usual_overlap_ms)};
}

// The key the body gives under `field`, or a new one.
std::string key_in(const std::string& environment, const nlohmann::json& body, const char* field) {
    if (!body.contains(field)) return new_api_key(environment);
    std::string key = required_text(body, field);
    check_api_key_form(environment, key);
    return key;
}

void change_keys(const Sandbox& sandbox, const nlohmann::json& body) {
    kit::Database& database = sandbox.store.database();
    const std::int64_t now_ms = sandbox.clock.now_ms();
    if (body.contains("add")) {
        add_api_key(database, application_in(database, body).id,
                    key_in(sandbox.environment, body, "add"), true);
    } else if (body.contains("rotate")) {
        const std::string next = key_in(sandbox.environment, body, "next");
        rotate_api_key(database, rotation_in(body, next, now_ms), now_ms);
    } else if (body.contains("replace")) {
        replace_api_key(database, required_text(body, "replace"),
                        key_in(sandbox.environment, body, "next"), now_ms);
    } else if (!revoke_api_key(database, required_text(body, "revoke"), now_ms)) {
        throw std::invalid_argument("revoke: there is no such active key");
    }
}

}  // namespace

AdminApi::Json AdminApi::keys(const std::string& method, const nlohmann::json& body) {
    if (method != "GET" && method != "POST") no_such_admin_path();
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Database& database = sandbox_.store.database();
    if (method == "POST") {
        kit::Transaction transaction(database);
        change_keys(sandbox_, body);
        transaction.commit();
    }
    const std::int64_t now_ms = sandbox_.clock.now_ms();
    Json keys = Json::array();
    for (const auto& key : all_api_keys(database, now_ms))
        keys.push_back(key_json(key));
    return {{"api_keys", active_api_keys(database, now_ms)}, {"keys", keys}};
}

AdminApi::Json AdminApi::applications(const std::string& method, const nlohmann::json& body) {
    if (method != "GET" && method != "POST") no_such_admin_path();
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Database& database = sandbox_.store.database();
    if (method == "POST") add_application(database, required_text(body, "name"));
    Json list = Json::array();
    for (const auto& application : sandbox::applications(database)) {
        list.push_back({{"application_id", application.id},
                        {"tenant_id", application.tenant_id},
                        {"name", application.name}});
    }
    return {{"applications", list}};
}

}  // namespace credit::sandbox

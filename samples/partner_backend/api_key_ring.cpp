#include "partner_backend/api_key_ring.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <tuple>

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"
#include "partner_backend/options.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr const char* kFileOption = "--api-keys-file";
constexpr std::size_t kMostKeys = 8;
constexpr std::size_t kFingerprint = 12;
constexpr auto kAlways = std::numeric_limits<std::int64_t>::min();

void check_key(const std::string& key, Environment environment, const std::string& where) {
    const Environment other =
        environment == Environment::test ? Environment::live : Environment::test;
    const std::string prefix = "sk_" + name_of(environment) + "_";
    if (key.starts_with("sk_" + name_of(other) + "_")) {
        throw OptionsError(where + ": holds a key of the " + name_of(other) +
                           " environment, and this server works for --environment " +
                           name_of(environment));
    }
    if (!key.starts_with(prefix) || key.size() == prefix.size() || !is_valid_bearer(key)) {
        throw OptionsError(where + ": a key must be " + prefix + "..., visible ASCII");
    }
}

void check_keys(const std::vector<ApiKey>& keys, Environment environment,
                const std::string& where) {
    if (keys.empty() || keys.size() > kMostKeys) {
        throw OptionsError(where + ": expected 1 to 8 keys");
    }
    std::set<std::string> seen;
    for (const ApiKey& key : keys) {
        check_key(key.value, environment, where);
        if (!seen.insert(key.value).second) throw OptionsError(where + ": a key stands twice");
    }
}

std::optional<std::int64_t> time_field(const json& entry, const char* name) {
    if (!entry.contains(name)) return std::nullopt;
    const auto time = kit::parse_iso8601(string_field(entry, name).value_or(""));
    if (!time) throw OptionsError(std::string(kFileOption) + ": " + name + " is no time");
    return time;
}

std::vector<ApiKey> parse_file(const std::string& text, Environment environment) {
    const auto file = parse_json(text);
    if (!file || !file->is_object() || !file->contains("keys") || !(*file)["keys"].is_array()) {
        throw OptionsError(std::string(kFileOption) + ": expected {\"keys\":[{\"key\":...}]}");
    }
    std::vector<ApiKey> keys;
    for (const json& entry : (*file)["keys"]) {
        keys.push_back({string_field(entry, "key").value_or(""), time_field(entry, "from"),
                        time_field(entry, "until")});
    }
    check_keys(keys, environment, kFileOption);
    return keys;
}

}  // namespace

std::vector<ApiKey> ApiKeyRing::parse_list(const std::string& text, Environment environment,
                                           const std::string& where) {
    std::vector<ApiKey> keys;
    std::istringstream rest(text);
    for (std::string part; std::getline(rest, part, ',');)
        keys.push_back({part, std::nullopt, std::nullopt});
    check_keys(keys, environment, where);
    return keys;
}

ApiKeyRing::ApiKeyRing(std::vector<ApiKey> keys, Environment environment)
    : environment_(environment) {
    take(std::move(keys));
}

ApiKeyRing::ApiKeyRing(const std::string& file, Environment environment)
    : environment_(environment), file_(std::in_place, file, kFileOption) {
    take(parse_file(file_->read(), environment_));
}

void ApiKeyRing::listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    listener_ = std::move(listener);
}

void ApiKeyRing::take(std::vector<ApiKey> keys) {
    keys_ = std::move(keys);
    refused_.clear();
    for (const ApiKey& key : keys_)
        ever_.insert(key.value);
}

std::vector<const ApiKey*> ApiKeyRing::in_order(std::int64_t now) const {
    std::vector<const ApiKey*> usable;
    for (const ApiKey& key : keys_) {
        if (!key.until_ms || now < *key.until_ms) usable.push_back(&key);
    }
    // Smaller comes first: refused last, not begun later, then by the latest beginning.
    const auto rank = [&](const ApiKey* key) {
        const std::int64_t from = key->from_ms.value_or(kAlways);
        const bool begun = from <= now;
        // Of those to come, the next one first.
        const std::int64_t order = begun ? (from == kAlways ? 0 : -from) : from;
        const auto place = key - keys_.data();
        return std::tuple(refused_.contains(key->value), !begun, order, place);
    };
    std::sort(usable.begin(), usable.end(),
              [&](const ApiKey* a, const ApiKey* b) { return rank(a) < rank(b); });
    return usable;
}

std::vector<std::string> ApiKeyRing::candidates() {
    reload_if_changed();
    const std::lock_guard lock(mutex_);
    std::vector<std::string> values;
    for (const ApiKey* key : in_order(kit::real_now_ms()))
        values.push_back(key->value);
    return values;
}

void ApiKeyRing::refused(const std::string& key) {
    Listener listener;
    {
        const std::lock_guard lock(mutex_);
        if (refused_.insert(key).second) listener = listener_;
    }
    if (listener) listener("api_key_refused", fingerprint(key));
}

void ApiKeyRing::reload_if_changed() {
    {
        const std::lock_guard lock(mutex_);
        if (!file_ || !file_->has_changed()) return;
    }
    try {
        reload();
    } catch (const OptionsError& error) {
        spdlog::error("API keys stay as they were: {}", error.what());
    }
}

void ApiKeyRing::reload() {
    Listener listener;
    std::string first;
    {
        const std::lock_guard lock(mutex_);
        if (!file_) throw OptionsError(std::string(kFileOption) + ": there is none");
        take(parse_file(file_->read(), environment_));
        listener = listener_;
        const auto order = in_order(kit::real_now_ms());
        if (!order.empty()) first = fingerprint(order.front()->value);
    }
    if (listener) listener("api_keys_reloaded", first);
}

bool ApiKeyRing::is_in(const std::string& text) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(ever_.begin(), ever_.end(),
                       [&](const std::string& key) { return text.find(key) != std::string::npos; });
}

json ApiKeyRing::describe() {
    reload_if_changed();
    const std::lock_guard lock(mutex_);
    const std::int64_t now = kit::real_now_ms();
    json keys = json::array();
    for (const ApiKey* key : in_order(now)) {
        const bool begun = !key->from_ms || *key->from_ms <= now;
        const char* state = refused_.contains(key->value) ? "refused"
                            : !begun                      ? "next"
                            : keys.empty()                ? "active"
                                                          : "standby";
        keys.push_back({{"fingerprint", fingerprint(key->value)}, {"state", state}});
    }
    return keys;
}

std::string ApiKeyRing::fingerprint(const std::string& key) {
    return kit::sha256_hex(key).substr(0, kFingerprint);
}

}  // namespace credit::partner

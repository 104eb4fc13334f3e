#include "tests/fuzz/support/json_oracle.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

namespace credit::fuzz {
namespace {

constexpr int kMostLevels = 32;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

std::optional<ReadJson> read_json(std::string_view text) {
    using Json = nlohmann::json;
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    // To this library a NUL is the end of the text, whatever comes after it.
    if (text.find('\0') != std::string_view::npos) return std::nullopt;
    ReadJson out;
    std::vector<std::set<std::string>> keys;
    const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth >= kMostLevels) out.deep = true;
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key) {
            const bool is_new = keys.back().insert(parsed.get<std::string>()).second;
            out.duplicates = out.duplicates || !is_new;
        }
        return true;
    };
    out.value = Json::parse(text, look, false);
    if (out.value.is_discarded()) return std::nullopt;
    return out;
}

const std::string* text_at(const nlohmann::json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) return nullptr;
    return found->get_ptr<const std::string*>();
}

const nlohmann::json* object_at(const nlohmann::json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() || !found->is_object() ? nullptr : &*found;
}

bool null_at(const nlohmann::json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null();
}

bool is_terminal_envelope(const nlohmann::json& envelope, std::string_view correlation_id) {
    constexpr std::array<std::string_view, 4> kTerminal = {"AUTH_INVALID_SESSION", "TOKEN_REUSED",
                                                           "TOKEN_EXPIRED", "invalid_grant"};
    const std::string* request = text_at(envelope, "requestID");
    const nlohmann::json* error = object_at(envelope, "error");
    if (request == nullptr || request->empty() || error == nullptr) return false;
    const std::string* code = text_at(*error, "code");
    if (code == nullptr || !null_at(envelope, "data")) return false;
    if (std::find(kTerminal.begin(), kTerminal.end(), *code) == kTerminal.end()) return false;
    if (null_at(envelope, "correlationID")) return true;
    const std::string* correlation = text_at(envelope, "correlationID");
    return correlation != nullptr && *correlation == correlation_id;
}

}  // namespace credit::fuzz

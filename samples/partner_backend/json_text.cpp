#include "partner_backend/json_text.h"

namespace credit::partner {

using nlohmann::json;

namespace {
constexpr int kMaxDepth = 32;
}

std::optional<json> parse_json(std::string_view text) {
    bool too_deep = false;
    const auto watch = [&too_deep](int depth, json::parse_event_t, json&) {
        too_deep = too_deep || depth > kMaxDepth;
        return !too_deep;
    };
    json value = json::parse(text.begin(), text.end(), watch, /*allow_exceptions=*/false);
    if (too_deep || value.is_discarded()) return std::nullopt;
    return value;
}

std::optional<std::string> string_field(const json& object, const char* key) {
    if (!object.is_object()) return std::nullopt;
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace credit::partner

#include "sandbox/webhook_faults.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace credit::sandbox {

namespace {

constexpr std::array<std::string_view, 6> kinds = {
    "duplicate", "disorder", "wrong_signature", "tampered_body", "stale_timestamp", "lost_ack"};
constexpr std::size_t max_armed = 64;
constexpr std::int64_t max_count = 10000;
constexpr std::int64_t default_staleness_ms = -3'600'000;

std::int64_t number(const nlohmann::json& description, const char* field, std::int64_t fallback) {
    const auto found = description.find(field);
    if (found == description.end()) return fallback;
    if (!found->is_number_integer()) {
        throw std::invalid_argument(std::string(field) + " must be a whole number");
    }
    return found->get<std::int64_t>();
}

std::string kind_in(const nlohmann::json& description) {
    const auto found = description.find("kind");
    const std::string kind =
        found != description.end() && found->is_string() ? found->get<std::string>() : "";
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
        throw std::invalid_argument(
            "kind must be duplicate, disorder, wrong_signature, tampered_body, stale_timestamp or "
            "lost_ack");
    }
    return kind;
}

}  // namespace

void WebhookFaults::add(const nlohmann::json& description) {
    if (!description.is_object()) throw std::invalid_argument("a fault must be a JSON object");
    WebhookFault fault{kind_in(description)};
    const bool disordered = fault.kind == "disorder";
    fault.left = number(description, "count", disordered ? 2 : 1);
    fault.ms = number(description, "ms", default_staleness_ms);
    if (fault.left < (disordered ? 2 : 1) || fault.left > max_count) {
        throw std::invalid_argument("count must be 1 to 10000, for disorder 2 to 10000");
    }
    const std::lock_guard lock(mutex_);
    if (armed_.size() == max_armed) throw std::invalid_argument("64 faults wait already");
    armed_.push_back(fault);
}

void WebhookFaults::clear() {
    const std::lock_guard lock(mutex_);
    armed_.clear();
}

nlohmann::ordered_json WebhookFaults::list() const {
    const std::lock_guard lock(mutex_);
    auto list = nlohmann::ordered_json::array();
    for (const auto& fault : armed_)
        list.push_back({{"kind", fault.kind}, {"left", fault.left}});
    return list;
}

std::optional<WebhookFault> WebhookFaults::take() {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(armed_.begin(), armed_.end(),
                                    [](const auto& fault) { return fault.kind != "disorder"; });
    if (found == armed_.end()) return std::nullopt;
    const WebhookFault fault = *found;
    if (--found->left == 0) armed_.erase(found);
    return fault;
}

std::int64_t WebhookFaults::disorder() const {
    const std::lock_guard lock(mutex_);
    for (const auto& fault : armed_) {
        if (fault.kind == "disorder") return fault.left;
    }
    return 0;
}

void WebhookFaults::end_disorder() {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(armed_.begin(), armed_.end(),
                                    [](const auto& fault) { return fault.kind == "disorder"; });
    if (found != armed_.end()) armed_.erase(found);
}

}  // namespace credit::sandbox

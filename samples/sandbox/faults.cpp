#include "sandbox/faults.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace credit::sandbox {

namespace {

// When a kind lets the call be handled; `choice` asks the parameter after_commit.
enum class Commit { always, never, choice };

struct Kind {
    std::string_view name;
    Commit commit;
};

constexpr std::array<Kind, 22> kinds = {{
    {"drop_reply_after_commit", Commit::always},
    {"reset_before", Commit::never},
    {"reset_during", Commit::always},
    {"reset_after", Commit::always},
    {"delay", Commit::always},
    {"hold", Commit::always},
    {"hold_before", Commit::always},
    {"status_before_commit", Commit::never},
    {"status_after_commit", Commit::always},
    {"garbage", Commit::choice},
    {"oversize", Commit::always},
    {"truncated", Commit::always},
    {"captive_portal", Commit::choice},
    {"conflict_409", Commit::choice},
    {"mismatch_422", Commit::choice},
    {"duplicate_keys", Commit::always},
    {"deep_json", Commit::always},
    {"gzip", Commit::always},
    {"no_data", Commit::choice},
    {"clock_skew", Commit::always},
    {"expired_pair", Commit::always},
    {"unauthorized", Commit::choice},
}};

constexpr std::array<std::string_view, 4> routes = {"refresh", "sessions", "journeys", "any"};

const Kind* find_kind(const std::string& name) {
    const auto found = std::find_if(kinds.begin(), kinds.end(),
                                    [&](const Kind& kind) { return kind.name == name; });
    return found == kinds.end() ? nullptr : &*found;
}

std::string all_kinds() {
    std::string names;
    for (const auto& kind : kinds)
        names += (names.empty() ? "" : ", ") + std::string(kind.name);
    return names;
}

void check(const Fault& fault) {
    if (find_kind(fault.kind) == nullptr) {
        throw std::invalid_argument("unknown kind; known are " + all_kinds());
    }
    if (std::find(routes.begin(), routes.end(), fault.route) == routes.end()) {
        throw std::invalid_argument("route must be refresh, sessions, journeys or any");
    }
    if (fault.count < 1 || fault.skip < 0) {
        throw std::invalid_argument("count must be 1 or more, skip 0 or more");
    }
    const bool with_status =
        fault.kind == "status_before_commit" || fault.kind == "status_after_commit";
    const auto status = fault.number("status", with_status ? 0 : 200);
    if (status < 200 || status > 599) {
        throw std::invalid_argument("status must be a number from 200 to 599");
    }
}

bool fits(const Fault& fault, const Call& call) {
    return fault.fired < fault.count &&
           (fault.route == "any" || fault.route == route_name(call.route)) &&
           (fault.method.empty() || fault.method == call.method);
}

}  // namespace

std::int64_t Fault::number(const char* name, std::int64_t fallback) const {
    const auto found = parameters.find(name);
    if (found == parameters.end()) return fallback;
    if (!found->is_number_integer()) {
        throw std::invalid_argument(std::string(name) + " must be a whole number");
    }
    return found->get<std::int64_t>();
}

bool Fault::flag(const char* name, bool fallback) const {
    const auto found = parameters.find(name);
    return found != parameters.end() && found->is_boolean() ? found->get<bool>() : fallback;
}

std::optional<std::string> Fault::text(const char* name) const {
    const auto found = parameters.find(name);
    if (found == parameters.end() || found->is_null()) return std::nullopt;
    return found->is_string() ? found->get<std::string>() : found->dump();
}

bool Fault::commits() const {
    const Kind* known = find_kind(kind);
    if (known == nullptr || known->commit == Commit::always) return true;
    return known->commit == Commit::choice && flag("after_commit", false);
}

Fault FaultBook::add(const nlohmann::json& description) {
    if (!description.is_object()) throw std::invalid_argument("a fault must be a JSON object");
    Fault fault;
    fault.parameters = description;
    fault.kind = fault.text("kind").value_or("");
    fault.route = fault.text("route").value_or("any");
    fault.method = fault.text("method").value_or("");
    fault.count = fault.number("count", 1);
    fault.skip = fault.number("skip", 0);
    for (const char* name : {"ms", "bytes", "depth"})
        fault.number(name, 0);
    check(fault);
    const std::lock_guard lock(mutex_);
    fault.id = next_id_++;
    faults_.push_back(fault);
    return fault;
}

std::optional<Fault> FaultBook::take(const Call& call) {
    const std::lock_guard lock(mutex_);
    for (Fault& fault : faults_) {
        if (!fits(fault, call)) continue;
        if (fault.skip > 0) {
            --fault.skip;
            continue;
        }
        ++fault.fired;
        return fault;
    }
    return std::nullopt;
}

nlohmann::json FaultBook::list() const {
    const std::lock_guard lock(mutex_);
    auto list = nlohmann::json::array();
    for (const Fault& fault : faults_) {
        list.push_back({{"id", fault.id},
                        {"kind", fault.kind},
                        {"route", fault.route},
                        {"count", fault.count},
                        {"skip", fault.skip},
                        {"fired", fault.fired},
                        {"left", fault.count - fault.fired},
                        {"parameters", fault.parameters}});
    }
    return list;
}

void FaultBook::clear() {
    const std::lock_guard lock(mutex_);
    faults_.clear();
}

}  // namespace credit::sandbox

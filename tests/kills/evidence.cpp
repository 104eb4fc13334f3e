#include "tests/kills/evidence.h"

#include <map>
#include <set>

namespace credit::test {
namespace {

bool has_fork(const nlohmann::json& tokens) {
    std::set<std::int64_t> parents;
    for (const auto& token : tokens) {
        if (token["kind"] != "refresh" || token["parent"].is_null()) continue;
        if (!parents.insert(token["parent"].get<std::int64_t>()).second) return true;
    }
    return false;
}

bool has_two_keys(const nlohmann::json& requests) {
    std::map<std::int64_t, std::string> key_of;
    for (const auto& request : requests) {
        if (request["route"] != "refresh" || request["token_id"].is_null() ||
            request["idempotency_key"].is_null()) {
            continue;
        }
        const std::string key = request["idempotency_key"];
        const auto known = key_of.emplace(request["token_id"].get<std::int64_t>(), key);
        if (known.first->second != key) return true;
    }
    return false;
}

}  // namespace

Evidence read_ledger(const nlohmann::json& ledger) {
    const auto& counters = ledger["counters"];
    const auto count = [&](const char* name) { return counters[name].get<std::int64_t>(); };
    Evidence out;
    out.rotations = count("rotations");
    out.kept = count("kept");
    out.replays = count("replays");
    out.minted = count("sessions_created") + count("sessions_resumed");
    out.reuse = count("reuse_verdicts") + count("family_revocations");
    out.forked = has_fork(ledger["tokens"]);
    out.key_changed = has_two_keys(ledger["requests"]);
    for (const auto& token : ledger["tokens"]) {
        if (token["kind"] == "session" && token["state"] == "active") {
            out.live_session_tokens.push_back(token["token"]);
        }
    }
    return out;
}

}  // namespace credit::test

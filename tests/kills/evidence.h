// What the platform's ledger says happened in a case.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace credit::test {

struct Evidence {
    std::int64_t rotations = 0;
    std::int64_t kept = 0;
    std::int64_t replays = 0;
    std::int64_t minted = 0;                       // sessions made for the provider
    std::int64_t reuse = 0;                        // verdicts, and families ended by them
    bool forked = false;                           // a refresh token with two successors
    bool key_changed = false;                      // a refresh token sent with two idempotency keys
    std::vector<std::string> live_session_tokens;  // oldest first
};

Evidence read_ledger(const nlohmann::json& ledger);

}  // namespace credit::test

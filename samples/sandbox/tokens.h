#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/work.h"

namespace credit::sandbox {

struct Token {
    std::int64_t id = 0;
    std::string kind;
    std::string value;
    std::string family;
    std::string borrower_id;
    std::string family_state;
    std::int64_t generation = 0;
    std::int64_t expires_at_ms = 0;
    std::int64_t changed_at_ms = 0;
    std::string state;
};

struct Pair {
    Token session;
    Token refresh;
};

// A new family of tokens for the borrower and its first pair.
Pair issue_first_pair(Work& work, const std::string& borrower_id);

// A pair that descends from `spent`; the caller says what becomes of `spent`.
Pair issue_next_pair(Work& work, const Token& spent);

// Only a session token, for the refresh token `kept`, which stays.
Pair issue_session_for(Work& work, const Token& kept);

// Marks the token as spent and, unless the settings let them live, the session tokens that were
// issued with it.
void mark_rotated(Work& work, const Token& refresh);
void end_session_tokens(Work& work, const Token& refresh);

std::optional<Token> find_token(kit::Database& database, const std::string& value);
std::vector<Token> children(kit::Database& database, const Token& parent);
std::optional<Token> session_of(kit::Database& database, const Token& refresh);

void note_use(Work& work, const Token& token, const std::string& verdict);

void revoke_family(kit::Database& database, const std::string& family, const std::string& reason,
                   std::int64_t now_ms);

// The four fields of a refresh reply.
nlohmann::ordered_json pair_json(const Pair& pair);

}  // namespace credit::sandbox

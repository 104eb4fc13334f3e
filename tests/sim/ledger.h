// What really happened to every pair of tokens: append-only, and the oracle that says whether a loss could be avoided.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace credit::sim {

constexpr std::int64_t kNever = -1;

// Why a refresh token was refused although the client may be without fault.
enum class Excuse : std::uint8_t {
    none,
    revoked,        // by the platform itself, out of band
    reply_lost,     // the reply never arrived whole, and the platform neither replays nor grants
    crashed,        // it arrived, and the process died before it was durable
    storage_lost,   // it was stored, and the disk lost it or went back
    storage_sick,   // it arrived, and the disk would not take it
    other_copy,     // the network delivered an old copy of a request
    raced,          // it became durable while this request was already marked
    server_faulty,  // a fault in the server stood between key and reply
    expired,        // the refresh token's own life was over
    stuck,          // reachable, and neither a token nor a verdict for long (R26)
};
std::string_view name_of(Excuse excuse) noexcept;

// One pair as it was issued. Its number is in both tokens.
struct IssuedPair {
    int family = 0;
    int refresh =
        0;  // the pair whose refresh token this one carries: itself, or an older one that was kept
    int parent = -1;
    std::int64_t at = 0;
    std::int64_t asked_at = INT64_MAX;  // when the refresh that brought it was sent first
    // of its refresh token
    bool spent = false;
    std::int64_t spent_at = kNever;
    std::vector<int> successors;
    std::string spent_key;
    // what became of it on the device
    std::int64_t delivered_at = kNever;
    std::int64_t delivered_last = kNever;
    std::uint64_t delivered_to = 0;    // process
    std::int64_t tried_at = kNever;    // a write of it was begun
    std::int64_t durable_at = kNever;  // a write of it was acknowledged
    bool refused = false;              // a write of it was refused
    bool lost_on_disk = false;
    std::int64_t skew_ms = 0;  // of the server's clock when it was issued
    bool age_unknown = false;  // a replayed reply, and nothing tells the device how old it is
    bool mark_lost = false;    // the disk lost an earlier attempt, so a replayed reply looks fresh
    bool condemned = false;    // some process stored it as suspect
    std::int64_t session_revoked_at = kNever;
    // When the device's part of it began: its first request, or its arrival by start or adopt.
    std::int64_t asked_first() const { return asked_at < at ? asked_at : at; }
};

struct Family {
    bool revoked = false;
    Excuse excuse = Excuse::none;  // why it was revoked, or one of its tokens refused
    bool replaced = false;         // the client moved on to another family
};

struct Ledger {
    std::vector<IssuedPair> pairs;
    std::vector<Family> families;

    int add_family();
    int add_pair(int family, int parent, std::int64_t at);
    IssuedPair& pair(int id) { return pairs.at(static_cast<std::size_t>(id)); }
    const IssuedPair& pair(int id) const { return pairs.at(static_cast<std::size_t>(id)); }
    Family& family_of(int id) { return families.at(static_cast<std::size_t>(pair(id).family)); }
    bool is_descendant(int id, int ancestor) const;

    // Tokens carry their pair's number: "st_test_sim_000012".
    static std::string session_token(int id);
    static std::string refresh_token(int id);
    static int number_of(std::string_view token) noexcept;  // -1: none of ours
};

}  // namespace credit::sim

#include "tests/sim/ledger.h"

namespace credit::sim {
namespace {

constexpr std::string_view kSession = "st_test_sim_";
constexpr std::string_view kRefresh = "rt_test_sim_";
constexpr int kDigits = 7;

std::string numbered(std::string_view prefix, int id) {
    std::string out(prefix);
    char digits[kDigits];
    for (int i = kDigits - 1; i >= 0; --i) {
        digits[i] = static_cast<char>('0' + id % 10);
        id /= 10;
    }
    return out.append(digits, kDigits);
}

}  // namespace

std::string_view name_of(Excuse excuse) noexcept {
    constexpr std::string_view kNames[] = {"none",          "revoked",      "reply_lost", "crashed",
                                           "storage_lost",  "storage_sick", "other_copy", "raced",
                                           "server_faulty", "expired",      "stuck"};
    return kNames[static_cast<std::size_t>(excuse)];
}

int Ledger::add_family() {
    families.emplace_back();
    return static_cast<int>(families.size()) - 1;
}

int Ledger::add_pair(int family, int parent, std::int64_t at) {
    IssuedPair made;
    made.family = family;
    made.parent = parent;
    made.at = at;
    made.refresh = static_cast<int>(pairs.size());
    pairs.push_back(std::move(made));
    return static_cast<int>(pairs.size()) - 1;
}

bool Ledger::is_descendant(int id, int ancestor) const {
    while (id > ancestor)
        id = pair(id).parent;
    return id == ancestor;
}

std::string Ledger::session_token(int id) {
    return numbered(kSession, id);
}
std::string Ledger::refresh_token(int id) {
    return numbered(kRefresh, id);
}

int Ledger::number_of(std::string_view token) noexcept {
    if (token.size() != kSession.size() + kDigits) return -1;
    int id = 0;
    for (const char c : token.substr(kSession.size())) {
        if (c < '0' || c > '9') return -1;
        id = id * 10 + (c - '0');
    }
    return id;
}

}  // namespace credit::sim

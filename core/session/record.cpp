#include "core/session/record.h"

#include <tuple>

#include "core/session/record_layout.h"

namespace credit {
namespace {

bool same_whole_pair(const Pair& a, const Pair& b) noexcept {
    const auto rest = [](const Pair& p) {
        return std::tie(p.sent, p.session_expires_at_ms, p.refresh_expires_at_ms, p.server_time_ms,
                        p.life_ms, p.kept, p.from_start);
    };
    return same_pair(a, b) && rest(a) == rest(b);
}

bool same_intent(const Intent& a, const Intent& b) noexcept {
    const auto rest = [](const Intent& i) {
        return std::tie(i.n, i.key_epoch, i.fingerprint, i.shape, i.attempts, i.answered,
                        i.maybe_sent, i.first, i.not_before, i.last_digest, i.same_digest);
    };
    return same_secret(a.idempotency_key, b.idempotency_key) && rest(a) == rest(b);
}

template <class T>
bool same_optional(const std::optional<T>& a, const std::optional<T>& b,
                   bool (*same)(const T&, const T&) noexcept) noexcept {
    if (a.has_value() != b.has_value()) return false;
    return !a.has_value() || same(*a, *b);
}

bool is_known(Environment environment) noexcept {
    return environment == Environment::test || environment == Environment::live;
}

bool pair_contradicts(const Pair& pair, const Version& version) noexcept {
    const bool no_token = view_or_empty(pair.session_token).empty();
    return no_token || pair.life_ms < -1 || version.epoch == 0 || version.generation == 0;
}

}  // namespace

bool same_pair(const Pair& a, const Pair& b) noexcept {
    const bool session = same_secret(a.session_token, b.session_token);
    const bool refresh = same_secret(a.refresh_token, b.refresh_token);
    return (static_cast<unsigned>(session) & static_cast<unsigned>(refresh)) != 0;
}

bool supersedes(const Record& stored, const Version& known) noexcept {
    const bool tie = stored.tombstone && stored.version.epoch == known.epoch;
    return stored.version > known || (tie && stored.version != known);
}

bool same_record(const Record& a, const Record& b) noexcept {
    const auto rest = [](const Record& r) {
        return std::tie(r.environment, r.origin, r.borrower, r.version, r.write_seq, r.suspect,
                        r.tombstone, r.lease, r.heal, r.borrower_id, r.journey, r.offset_known,
                        r.offset_ms, r.journal);
    };
    return same_optional(a.pair, b.pair, same_whole_pair) &&
           same_optional(a.intent, b.intent, same_intent) && rest(a) == rest(b);
}

RecordHeader header_of(const Record& record) noexcept {
    RecordHeader header;
    header.environment = record.environment;
    header.flags = record.tombstone ? RecordHeader::kTombstone : std::uint8_t{0};
    header.origin = record.origin;
    header.borrower = record.borrower;
    header.version = record.version;
    header.write_seq = record.write_seq;
    return header;
}

bool record_contradicts_itself(const Record& record) noexcept {
    if (!is_known(record.environment)) return true;
    if (record.pair) {
        if (pair_contradicts(*record.pair, record.version)) return true;
    } else if (record.intent || record.suspect) {
        return true;  // both are about a pair
    }
    if (record.intent && view_or_empty(record.intent->idempotency_key).empty()) return true;
    // Ending moves the epoch on and leaves no pair behind.
    return record.tombstone && (record.pair || record.version.epoch == 0);
}

}  // namespace credit

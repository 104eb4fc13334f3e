// The stored record of one session (R1) and its codec. Encoding is canonical: equal records have equal bytes.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/issued.h"
#include "core/base/record_header.h"
#include "core/base/secret.h"
#include "core/base/secret_reserve.h"
#include "core/base/time.h"
#include "core/session/journal.h"

namespace credit {

// When something happened, by all clocks (R31).
struct Stamp {
    BootID boot;
    ElapsedTime elapsed;
    WallTime wall;
    bool operator==(const Stamp&) const = default;
    static Stamp of(const Now& now) { return {now.boot, now.elapsed, now.wall}; }
};

// Session token and refresh token as one thing; never a token of one reply beside a token of another (I5).
struct Pair {
    SecretRef session_token;
    SecretRef refresh_token;  // null in backend-managed mode
    Stamp sent;  // when the request that brought it was sent: life counts from here (R30)
    std::int64_t session_expires_at_ms = 0;  // the server's words; 0: not given
    std::int64_t refresh_expires_at_ms = 0;
    std::int64_t server_time_ms = 0;
    std::int64_t life_ms = -1;  // of the session token, judged once at receipt; -1: unknown
    std::uint64_t kept = 0;     // n of R13: replies so far that kept this refresh token
    bool from_start = false;    // by start, adopt or heal rather than by refresh
    static constexpr std::size_t kMaxTokenBytes = 8 * 1024;
};
bool same_pair(const Pair& a, const Pair& b) noexcept;  // same tokens, constant time

// The mark (R12): what is about to be sent, or was, and is not answered.
struct Intent {
    SecretRef idempotency_key;
    std::uint64_t n = 0;
    std::uint64_t key_epoch = 0;
    FixedText<128> fingerprint;  // of the refresh token it is for
    FixedText<4096> shape;       // the exact request, opaque to the session
    std::uint32_t attempts = 0;  // marked, so at least this many were tried
    std::uint32_t answered = 0;  // attempts that some answer of the server came to
    bool maybe_sent = false;     // some attempt may have left the device
    Stamp first;                 // first attempt
    WallTime
        not_before;  // no attempt before this, by the wall clock so that it survives restarts (R19)
    std::int64_t last_digest = 0;  // of the last 5xx answer, and how often it came (R14)
    std::uint32_t same_digest = 0;
    static constexpr std::size_t kMaxShapeBytes = 4096;
    static constexpr std::size_t kMaxKeyBytes = 128;
};

// Who may refresh or heal now (R8).
struct Lease {
    std::uint64_t fence = 0;  // grows with every holder
    std::uint64_t owner = 0;  // 0: nobody
    BootID boot;
    ElapsedTime deadline;
    bool operator==(const Lease&) const = default;
};

struct HealCounters {
    WallTime day;                 // start of the running 24 hours
    std::uint32_t today = 0;      // sessions minted by healing in them
    WallTime last;                // last healed
    WallTime not_before;          // no healing before this
    std::int64_t wait_ms = 0;     // doubled when a healed session dies young
    bool accepted_since = false;  // the healed session had one accepted call
    bool operator==(const HealCounters&) const = default;
};

// A pair the platform gave its verdict on, kept until something better is stored (R24).
struct Suspect {
    Stamp since;
    Code reason = Code::session_dead;
    bool retried = false;  // tried once more after 15 minutes
    JournalID request_id;
    JournalID correlation_id;
    bool operator==(const Suspect&) const = default;
};

struct Tombstone {
    Code reason = Code::session_ended;
    WallTime at;
    bool operator==(const Tombstone&) const = default;
};

// Copying one allocates nothing (R22): texts lie inside, tokens are shared.
struct Record {
    // header
    Environment environment = Environment::test;
    RecordHeader::Hash origin{};
    RecordHeader::Hash borrower{};
    Version version;
    std::uint64_t write_seq = 0;
    // body
    std::optional<Pair> pair;  // absent with a tombstone
    std::optional<Intent> intent;
    std::optional<Suspect> suspect;
    std::optional<Tombstone> tombstone;
    Lease lease;
    HealCounters heal;
    PlatformText borrower_id;  // the platform's own id
    std::optional<Journey> journey;
    bool offset_known = false;  // learned server minus device wall clock (R30)
    std::int64_t offset_ms = 0;
    Journal journal;
};
// The order of records is (epoch, generation); where the epochs are the same an end comes last: whoever counted on in
// memory did not know of it (R28).
bool supersedes(const Record& stored, const Version& known) noexcept;
bool same_record(const Record& a, const Record& b) noexcept;  // all fields, tokens by value

// The header a record is stored under; body_size is filled in by encode_record.
RecordHeader header_of(const Record& record) noexcept;

// Bytes of the encoded body. Allocates nothing; fails a check like encode_record.
std::size_t encoded_size(const Record& record);

// Encodes header and plain body. Throws std::bad_alloc; fails a check if a field is over its limit or the record
// contradicts itself, and then changes neither. Allocates nothing when `body` has room for encoded_size() (R22).
// header.key_check is zero: the store that seals fills it in.
void encode_record(const Record& record, RecordHeader& header, SecretBuffer& body);

enum class RecordFault { none, newer_format, malformed };
// `malformed`: a truncated, overlong, out-of-range or self-contradicting body (a tombstone with a pair, an intent
// without a pair, generation 0 with a pair, a header that says otherwise, ...). On a fault `record` is left as it was.
// Never throws but std::bad_alloc.
// With `secrets`, its tokens and its key are taken from there and nothing is allocated (R22).
RecordFault decode_record(const RecordHeader& header, const SecretBuffer& body, Record& record,
                          SecretReserve* secrets = nullptr);

}  // namespace credit

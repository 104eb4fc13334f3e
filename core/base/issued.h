// What a platform or a partner hands out, as values: tokens, journey, and the judgement of a reply. Parsed by
// platform_api, understood by session; neither needs to know the other.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/error.h"
#include "core/base/fixed_text.h"
#include "core/base/secret.h"

namespace credit {

// A short text of the platform: an id, an enum value.
using PlatformText = FixedText<256>;
// Its request and correlation ids.
using TraceID = FixedText<128>;

// Enum values stay raw strings: the platform may add some at any time.
struct Journey {
    PlatformText journey_id;
    PlatformText status;
    PlatformText next_action;  // empty: null
    bool operator==(const Journey&) const = default;
};

// A structurally valid set of tokens, not yet judged for whom or for how long it is. Times are epoch ms, 0: not given.
struct Issued {
    SecretRef session_token;
    SecretRef refresh_token;  // null: none came (backend-managed)
    std::int64_t session_expires_at_ms = 0;
    std::int64_t refresh_expires_at_ms = 0;
    std::int64_t server_time_ms = 0;  // envelope or body `timestamp`
    std::int64_t http_date_ms = 0;    // HTTP Date header
    PlatformText borrower_id;
    PlatformText borrower_external_id;
    bool has_journey = false;  // the field activeJourney was there, maybe null
    std::optional<Journey> journey;
    TraceID request_id;
    TraceID correlation_id;
};

// What an answer to a refresh means (reliability table 2.7, R23).
enum class AnswerKind {
    issued,        // new tokens: commit before judging (R16)
    dead,          // terminal verdict of the platform
    refused,       // refused for good but not dead: surface, keep tokens, no retry loop
    unauthorized,  // the partner does not accept the app's credentials: keep tokens, no heal (R23)
    transient,     // same key later
    in_progress,   // 409: same key later
    key_mismatch,  // 422: the key blocks for good (R14)
    malformed,     // a 2xx that breaks the contract, ambiguous: few replays, then the error
    unsent,        // provably nothing left the device (R15)
};

struct RefreshAnswer {
    AnswerKind kind = AnswerKind::transient;
    Issued issued;                     // kind issued
    Error error;                       // every other kind
    std::int64_t retry_after_ms = -1;  // clamped by the caller (R38)
    bool reachable = false;            // some answer of the server came (R26 counts them)
    std::int64_t body_digest = 0;      // equal answers have equal digests: a cached 5xx shows (R14)
};

}  // namespace credit

// The platform's contract as configuration and requests: paths, carriers, body shapes, envelopes
// (platform-contract sections 1 to 3 and 11).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/issued.h"
#include "core/base/record_header.h"
#include "core/base/result.h"
#include "core/http/message.h"

namespace credit {

enum class RefreshRoute : std::uint8_t { platform = 1, partner = 2, backend_managed = 3 };
enum class CredentialCarrier : std::uint8_t { authorization_header = 1, body_field = 2 };
enum class RefreshBody : std::uint8_t {
    empty_object = 1,         // {}; in backend-managed mode {"force":true}
    refresh_token = 2,        // {"refreshToken": "..."}
    refresh_token_snake = 3,  // {"refresh_token": "..."}
    none = 4,                 // no body at all
};

struct Paths {
    std::string refresh = "/api/v1/headless/sessions/refresh";  // below the platform's origin
    std::string journeys = "/api/v1/headless/journeys";
    std::string partner_session = "/api/credit/session";  // below the partner's URL
    std::string partner_refresh = "/api/credit/session/refresh";
};

// How exactly a refresh goes out; stored with the intent, so that a replay is the same request
// (R12).
struct RefreshShape {
    RefreshRoute route = RefreshRoute::platform;
    std::string url;
    CredentialCarrier carrier = CredentialCarrier::authorization_header;
    RefreshBody body = RefreshBody::empty_object;
    bool quote_idempotency_key = false;  // the IETF draft's structured-field form
    std::string api_version;             // X-AL-API-Version, empty: not sent
    bool operator==(const RefreshShape&) const = default;
};

// Without timeouts, TLS and lease, which are the engine's. The token goes where carrier and body
// say; a carrier body_field whose body has no place for it sends {"refreshToken": "..."}. Without a
// token (backend-managed) there is neither bearer nor token field.
HttpRequest make_refresh_request(const RefreshShape& shape, const SecretRef& refresh_token,
                                 std::string_view idempotency_key, std::string_view correlation_id);
// To the partner's session route. The profile goes into the body once and is kept nowhere (R40).
// Codes: invalid_borrower, invalid_argument (journey type, profile), invalid_header (keys and ids),
// api_key_refused.
Result<HttpRequest> make_session_request(std::string_view url,
                                         std::string_view borrower_external_id,
                                         std::string_view journey_type,
                                         const SecretRef& profile_json,
                                         std::string_view idempotency_key,
                                         std::string_view correlation_id);

// What may be read from any reply of the platform, success or error. Strings are fit for errors and
// logs: redacted, bounded, empty where they are not what they should be.
struct Envelope {
    bool present = false;  // a JSON object with requestID and with either data or error
    bool has_error = false;
    TraceID request_id;
    TraceID correlation_id;
    bool correlation_given = false;  // the field was there and not null, whatever it held
    std::int64_t timestamp_ms = 0;
    FixedText<64> error_code;
    std::string error_message;
    FixedText<128> error_field;  // details.field
    bool retryable = false;
    bool retryable_given = false;
};

constexpr std::size_t kMaxJsonBytes = 64 * 1024;            // of a reply that carries tokens
constexpr std::size_t kMaxCallJsonBytes = 2 * 1024 * 1024;  // of any other reply
constexpr int kMaxJsonDepth = 32;

// Never fails: a body that is no envelope, or over kMaxCallJsonBytes, gives present == false.
Envelope read_envelope(const SecretBuffer& body);

// A partner's error: {"error": "...", "details": {the platform's envelope}}.
struct PartnerReply {
    bool present = false;  // a JSON object with a string `error`
    std::string message;   // redacted
    Envelope details;
};
PartnerReply read_partner_reply(const SecretBuffer& body);

struct IssuedContext {
    Environment environment = Environment::test;
    // False in backend-managed mode and for refresh replies that keep the token. Where false, a
    // missing, null or empty refresh token and missing times are fine.
    bool refresh_token_required = true;
    // Backend-managed: a refresh token that comes nevertheless is not kept, not even looked at
    // (R16).
    bool drop_refresh_token = false;
    // For refresh replies: the server has rotated, so that nothing but the tokens themselves may
    // make a reply unusable (R16). Other fields that are missing or broken count as not given;
    // times are judged after the commit.
    bool lenient = false;
};

// Tokens from the platform's envelope or from the partner's flat shape, whichever it is. Refuses,
// each with its own code and the field's name: bodies over kMaxJsonBytes (reply_too_large), cut
// short (reply_truncated), not JSON (contract_not_json), otherwise broken (contract_malformed),
// deeper than kMaxJsonDepth, duplicate keys (at the levels read), wrong types, missing fields,
// data: null, tokens that fail check_token, pairs expired by their own timestamp, and errors in a
// success's clothes (platform_refused, partner_refused). Unknown fields are ignored, unknown enum
// values kept raw. Borrower fields are not required: whose session it is, is judged by the session.
Result<Issued> parse_issued(const SecretBuffer& body, const IssuedContext& context);

// The same out of memory that was taken before the reply came; a reply that can be kept allocates nothing (R22).
class ReplyRoom;
Result<Issued> parse_issued(const SecretBuffer& body, const IssuedContext& context,
                            ReplyRoom& room);

// contract_expired_pair when one of the tokens is over by the server's own clock: the body's
// timestamp, else the HTTP Date. parse_issued has asked already, without the date.
Status check_not_expired(const Issued& issued);

// The journeys endpoint's or the state endpoint's reply; of a list the first. Bodies to
// kMaxCallJsonBytes.
Result<Journey> parse_journey(const SecretBuffer& body);

// The HTTP Date header into `issued`.
void note_date(const HttpResponse& response, Issued& issued);

}  // namespace credit

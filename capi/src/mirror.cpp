// Proves at compile time that the C header says what the core says, and that the layout of public
// structs stays.
#include <cstddef>
#include <cstdint>

#include "capi/src/codes.h"
#include "core/engine/session.h"
#include "core/engine/token.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/hosted_event.h"
#include "core/ports/logger.h"
#include "core/ports/transport.h"
#include "credit/credit.h"

namespace credit::capi {
namespace {

template <class A, class B>
constexpr bool same(A a, B b) {
    return static_cast<std::int64_t>(a) == static_cast<std::int64_t>(b);
}

// Y(the header's name, the core's name). tests/unit/capi_mirror_test.cpp reads the header's text,
// so that a constant that stands only there is found as well.
#define CREDIT_CODE_PAIRS(Y)                                                \
    Y(OK, ok)                                                               \
    Y(INVALID_ARGUMENT, invalid_argument)                                   \
    Y(CONFIG_MISSING, config_missing)                                       \
    Y(CONFIG_INVALID, config_invalid)                                       \
    Y(INSECURE_URL, insecure_url)                                           \
    Y(ENVIRONMENT_MISMATCH, environment_mismatch)                           \
    Y(API_KEY_REFUSED, api_key_refused)                                     \
    Y(INVALID_HEADER, invalid_header)                                       \
    Y(INVALID_BORROWER, invalid_borrower)                                   \
    Y(CONFIG_CONFLICT, config_conflict)                                     \
    Y(SESSION_SPENT, session_spent)                                         \
    Y(BUFFER_TOO_SMALL, buffer_too_small)                                   \
    Y(FORKED, forked)                                                       \
    Y(ABI_MISMATCH, abi_mismatch)                                           \
    Y(UNSUPPORTED, unsupported)                                             \
    Y(ORIGIN_REFUSED, origin_refused)                                       \
    Y(CANCELLED, cancelled)                                                 \
    Y(DEADLINE, deadline)                                                   \
    Y(CLOSED, closed)                                                       \
    Y(TOO_MANY_WAITERS, too_many_waiters)                                   \
    Y(STALE_ADOPT, stale_adopt)                                             \
    Y(CHECKOUT_TAKEN, checkout_taken)                                       \
    Y(CHECKOUT_EXPIRED, checkout_expired)                                   \
    Y(NO_SESSION, no_session)                                               \
    Y(SESSION_ENDED, session_ended)                                         \
    Y(SESSION_DEAD, session_dead)                                           \
    Y(SESSION_SUPERSEDED, session_superseded)                               \
    Y(SESSION_STUCK, session_stuck)                                         \
    Y(NO_LIVE_TOKEN, no_live_token)                                         \
    Y(NETWORK_UNREACHABLE, network_unreachable)                             \
    Y(NETWORK_TIMEOUT, network_timeout)                                     \
    Y(NETWORK_INTERRUPTED, network_interrupted)                             \
    Y(TLS_FAILED, tls_failed)                                               \
    Y(PIN_MISMATCH, pin_mismatch)                                           \
    Y(CLOCK_WRONG, clock_wrong)                                             \
    Y(RETRY_BUDGET_EXHAUSTED, retry_budget_exhausted)                       \
    Y(REPLY_TOO_LARGE, reply_too_large)                                     \
    Y(REPLY_TRUNCATED, reply_truncated)                                     \
    Y(REDIRECT_REFUSED, redirect_refused)                                   \
    Y(SERVER_ERROR, server_error)                                           \
    Y(RATE_LIMITED, rate_limited)                                           \
    Y(PLATFORM_REFUSED, platform_refused)                                   \
    Y(CONTRACT_NOT_JSON, contract_not_json)                                 \
    Y(CONTRACT_MALFORMED, contract_malformed)                               \
    Y(CONTRACT_DUPLICATE_KEY, contract_duplicate_key)                       \
    Y(CONTRACT_TOO_DEEP, contract_too_deep)                                 \
    Y(CONTRACT_WRONG_TYPE, contract_wrong_type)                             \
    Y(CONTRACT_MISSING_FIELD, contract_missing_field)                       \
    Y(CONTRACT_NO_DATA, contract_no_data)                                   \
    Y(CONTRACT_COMPRESSED, contract_compressed)                             \
    Y(CONTRACT_INVALID_TOKEN, contract_invalid_token)                       \
    Y(CONTRACT_EXPIRED_PAIR, contract_expired_pair)                         \
    Y(CONTRACT_WRONG_BORROWER, contract_wrong_borrower)                     \
    Y(CONTRACT_SAME_DEAD_TOKEN, contract_same_dead_token)                   \
    Y(CONTRACT_UNEXPECTED_REFRESH_TOKEN, contract_unexpected_refresh_token) \
    Y(PARTNER_UNAUTHORIZED, partner_unauthorized)                           \
    Y(PARTNER_REFUSED, partner_refused)                                     \
    Y(PARTNER_UNAVAILABLE, partner_unavailable)                             \
    Y(PROVIDER_FAILED, provider_failed)                                     \
    Y(PROVIDER_MISSING, provider_missing)                                   \
    Y(STORAGE_LOCKED, storage_locked)                                       \
    Y(STORAGE_TRANSIENT, storage_transient)                                 \
    Y(STORAGE_DENIED, storage_denied)                                       \
    Y(STORAGE_CORRUPT, storage_corrupt)                                     \
    Y(STORAGE_WRONG_KEY, storage_wrong_key)                                 \
    Y(STORAGE_KEY_LOST, storage_key_lost)                                   \
    Y(STORAGE_NEWER_FORMAT, storage_newer_format)                           \
    Y(STORAGE_FULL, storage_full)                                           \
    Y(STORAGE_INVALID, storage_invalid)                                     \
    Y(OUT_OF_MEMORY, out_of_memory)                                         \
    Y(INTERNAL, internal)

#define Y(c_name, core_name) static_assert(same(CREDIT_##c_name, Code::core_name));
CREDIT_CODE_PAIRS(Y)
#undef Y
#define Y(c_name, core_name) +1
#define X(name, value, retryable, dead) +1
static_assert((0 CREDIT_CODE_PAIRS(Y)) == (0 CREDIT_CODES(X)),
              "a code of the core is missing in the header");
#undef X
#undef Y

static_assert(same(CREDIT_ENVIRONMENT_TEST, Environment::test));
static_assert(same(CREDIT_ENVIRONMENT_LIVE, Environment::live));

static_assert(same(CREDIT_REFRESH_PLATFORM, RefreshRoute::platform));
static_assert(same(CREDIT_REFRESH_PARTNER, RefreshRoute::partner));
static_assert(same(CREDIT_REFRESH_BACKEND_MANAGED, RefreshRoute::backend_managed));
static_assert(same(CREDIT_CARRIER_AUTHORIZATION, CredentialCarrier::authorization_header));
static_assert(same(CREDIT_CARRIER_BODY, CredentialCarrier::body_field));
static_assert(same(CREDIT_BODY_EMPTY_OBJECT, RefreshBody::empty_object));
static_assert(same(CREDIT_BODY_REFRESH_TOKEN, RefreshBody::refresh_token));
static_assert(same(CREDIT_BODY_REFRESH_TOKEN_SNAKE, RefreshBody::refresh_token_snake));
static_assert(same(CREDIT_BODY_NONE, RefreshBody::none));

static_assert(same(CREDIT_STATE_LOADING, PublicState::loading));
static_assert(same(CREDIT_STATE_NO_SESSION, PublicState::no_session));
static_assert(same(CREDIT_STATE_ACTIVE, PublicState::active));
static_assert(same(CREDIT_STATE_STORAGE_LOCKED, PublicState::storage_locked));
static_assert(same(CREDIT_STATE_CLOSED, PublicState::closed));
static_assert(CREDIT_PROPERTY_REFRESHING == StateInfo::kRefreshing);
static_assert(CREDIT_PROPERTY_OFFLINE == StateInfo::kOffline);
static_assert(CREDIT_PROPERTY_STUCK == StateInfo::kStuck);
static_assert(CREDIT_PROPERTY_HEALING == StateInfo::kHealing);
static_assert(CREDIT_PROPERTY_UNSAVED == StateInfo::kUnsaved);

static_assert(same(CREDIT_HINT_NETWORK_AVAILABLE, Hint::network_available));
static_assert(same(CREDIT_HINT_FOREGROUND, Hint::foreground));
static_assert(same(CREDIT_HINT_STORAGE_UNLOCKED, Hint::storage_unlocked));
static_assert(same(CREDIT_HINT_CLOCK_CHANGED, Hint::clock_changed));
static_assert(same(CREDIT_HINT_PARTNER_CREDENTIALS, Hint::partner_credentials));

static_assert(same(CREDIT_TOKEN_FROM_CACHE, TokenSource::cache));
static_assert(same(CREDIT_TOKEN_FROM_REFRESH, TokenSource::refresh));
static_assert(same(CREDIT_TOKEN_FROM_START, TokenSource::start));

static_assert(same(CREDIT_CHECKOUT_EVENT_UNKNOWN, HostedEventType::unknown));
static_assert(same(CREDIT_CHECKOUT_EVENT_OPEN_EXTERNAL, HostedEventType::open_external));
static_assert(same(CREDIT_CHECKOUT_EVENT_EXIT, HostedEventType::exit));

static_assert(same(CREDIT_LOG_DEBUG, LogLevel::debug));
static_assert(same(CREDIT_LOG_INFO, LogLevel::info));
static_assert(same(CREDIT_LOG_WARNING, LogLevel::warning));
static_assert(same(CREDIT_LOG_ERROR, LogLevel::error));

// The C value is one more: 0 is no failure.
template <class A>
constexpr bool next(A c_value, HttpFailure core) {
    return same(c_value, static_cast<std::int64_t>(core) + 1);
}
static_assert(next(CREDIT_HTTP_RESOLVE, HttpFailure::resolve));
static_assert(next(CREDIT_HTTP_CONNECT, HttpFailure::connect));
static_assert(next(CREDIT_HTTP_TLS, HttpFailure::tls));
static_assert(next(CREDIT_HTTP_TLS_TIME, HttpFailure::tls_time));
static_assert(next(CREDIT_HTTP_PIN, HttpFailure::pin));
static_assert(next(CREDIT_HTTP_LEASE_LAPSED, HttpFailure::lease_lapsed));
static_assert(next(CREDIT_HTTP_TIMEOUT, HttpFailure::timeout));
static_assert(next(CREDIT_HTTP_INTERRUPTED, HttpFailure::interrupted));
static_assert(next(CREDIT_HTTP_REPLY_TOO_LARGE, HttpFailure::reply_too_large));
static_assert(next(CREDIT_HTTP_CANCELLED, HttpFailure::cancelled));
static_assert(next(CREDIT_HTTP_REFUSED, HttpFailure::refused));

// Layouts on 64-bit systems with 8-byte longs; programs compiled against an older header rely on
// them. Fields are only ever added at the end. Guarded so that 32-bit builds compile.
template <class T>
constexpr bool sized(std::size_t size) {
    return sizeof(void*) != 8 || sizeof(T) == size;
}
#define CREDIT_AT(type, field, offset) \
    static_assert(sizeof(void*) != 8 || offsetof(type, field) == (offset))

static_assert(sized<credit_str>(16));
static_assert(sized<credit_header>(32));
static_assert(sized<credit_refresh_request>(32));
CREDIT_AT(credit_refresh_request, api_version, 16);
static_assert(sized<credit_paths>(72));
CREDIT_AT(credit_paths, refresh, 8);
CREDIT_AT(credit_paths, partner_refresh, 56);
static_assert(sized<credit_policy>(64));
CREDIT_AT(credit_policy, max_waiters, 4);
CREDIT_AT(credit_policy, refresh_ahead_ms, 8);
CREDIT_AT(credit_policy, heal_spread_ms, 56);
static_assert(sized<credit_tls>(32));
CREDIT_AT(credit_tls, ca_bundle_pem, 8);
CREDIT_AT(credit_tls, pinned_keys, 24);
static_assert(sized<credit_secret_service_options>(24));
CREDIT_AT(credit_secret_service_options, allow_prompt, 4);
CREDIT_AT(credit_secret_service_options, prompt_timeout_ms, 16);
static_assert(sized<credit_state_info>(32));
CREDIT_AT(credit_state_info, state, 8);
CREDIT_AT(credit_state_info, generation, 16);
CREDIT_AT(credit_state_info, expires_at_ms, 24);
static_assert(sized<credit_observer>(32));
CREDIT_AT(credit_observer, on_state, 16);
static_assert(sized<credit_start_options>(48));
CREDIT_AT(credit_start_options, profile_json, 24);
CREDIT_AT(credit_start_options, deadline_ms, 40);
static_assert(sized<credit_adopt_options>(8));
static_assert(sized<credit_token_options>(24));
static_assert(sized<credit_journey_options>(16));
static_assert(sized<credit_checkout_options>(48));
CREDIT_AT(credit_checkout_options, allowed_origin_count, 4);
CREDIT_AT(credit_checkout_options, embed_url, 8);
CREDIT_AT(credit_checkout_options, hosted_origin, 24);
CREDIT_AT(credit_checkout_options, allowed_origins, 40);
static_assert(sized<credit_request>(136));
CREDIT_AT(credit_request, method, 8);
CREDIT_AT(credit_request, headers, 40);
CREDIT_AT(credit_request, correlation_id, 96);
CREDIT_AT(credit_request, deadline_ms, 112);
CREDIT_AT(credit_request, one_shot, 128);
static_assert(sized<credit_secure_store>(64));
CREDIT_AT(credit_secure_store, load, 16);
CREDIT_AT(credit_secure_store, release, 56);
static_assert(sized<credit_sealing_key>(32));
static_assert(sized<credit_http_request>(88));
CREDIT_AT(credit_http_request, headers, 40);
CREDIT_AT(credit_http_request, body, 48);
CREDIT_AT(credit_http_request, fresh_connection, 80);
static_assert(sized<credit_transport>(40));
static_assert(sized<credit_now>(32));
CREDIT_AT(credit_now, boot_id, 24);
static_assert(sized<credit_clock>(32));
static_assert(sized<credit_logger>(32));
static_assert(sized<credit_background>(40));
static_assert(sized<credit_provider_request>(88));
CREDIT_AT(credit_provider_request, profile_json, 40);
static_assert(sized<credit_session_provider>(32));
static_assert(sized<credit_partner_auth>(32));

}  // namespace
}  // namespace credit::capi

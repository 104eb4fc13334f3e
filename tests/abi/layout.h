/* Made by check_layout.py --write: where the fields of public structs lie on systems with 64-bit pointers, with 32-bit
 * pointers and 64-bit numbers on 8 bytes (ARM), and with those on 4 bytes (x86). A row never changes within a major. */
#ifndef CREDIT_TESTS_ABI_LAYOUT_H
#define CREDIT_TESTS_ABI_LAYOUT_H

#include <credit/credit.h>

/* clang-format off */
struct credit_layout_probe { char first; int64_t second; };
#define CREDIT_MODEL(lp64, arm, x86) \
    (sizeof(void *) == 8 ? (lp64) : offsetof(struct credit_layout_probe, second) == 8 ? (arm) : (x86))
#if defined(__cplusplus)
#define CREDIT_LAYOUT_ALWAYS(what) static_assert(what, #what)
#else
#define CREDIT_LAYOUT_ALWAYS(what) _Static_assert(what, #what)
#endif
#define SIZE(type, lp64, arm, x86) CREDIT_LAYOUT_ALWAYS(sizeof(type) == CREDIT_MODEL(lp64, arm, x86))
#define AT(type, field, lp64, arm, x86) CREDIT_LAYOUT_ALWAYS(offsetof(type, field) == CREDIT_MODEL(lp64, arm, x86))

SIZE(credit_str, 16, 8, 8);
AT(credit_str, data, 0, 0, 0);
AT(credit_str, size, 8, 4, 4);
SIZE(credit_header, 32, 16, 16);
AT(credit_header, name, 0, 0, 0);
AT(credit_header, value, 16, 8, 8);
SIZE(credit_refresh_request, 32, 24, 24);
AT(credit_refresh_request, struct_size, 0, 0, 0);
AT(credit_refresh_request, carrier, 4, 4, 4);
AT(credit_refresh_request, body, 8, 8, 8);
AT(credit_refresh_request, quote_idempotency_key, 12, 12, 12);
AT(credit_refresh_request, api_version, 16, 16, 16);
SIZE(credit_paths, 72, 36, 36);
AT(credit_paths, struct_size, 0, 0, 0);
AT(credit_paths, refresh, 8, 4, 4);
AT(credit_paths, journeys, 24, 12, 12);
AT(credit_paths, partner_session, 40, 20, 20);
AT(credit_paths, partner_refresh, 56, 28, 28);
SIZE(credit_policy, 64, 64, 64);
AT(credit_policy, struct_size, 0, 0, 0);
AT(credit_policy, max_waiters, 4, 4, 4);
AT(credit_policy, refresh_ahead_ms, 8, 8, 8);
AT(credit_policy, minimum_lifetime_ms, 16, 16, 16);
AT(credit_policy, connect_timeout_ms, 24, 24, 24);
AT(credit_policy, attempt_timeout_ms, 32, 32, 32);
AT(credit_policy, settle_window_ms, 40, 40, 40);
AT(credit_policy, call_deadline_ms, 48, 48, 48);
AT(credit_policy, heal_spread_ms, 56, 56, 56);
SIZE(credit_tls, 32, 20, 20);
AT(credit_tls, struct_size, 0, 0, 0);
AT(credit_tls, pinned_key_count, 4, 4, 4);
AT(credit_tls, ca_bundle_pem, 8, 8, 8);
AT(credit_tls, pinned_keys, 24, 16, 16);
SIZE(credit_secret_service_options, 24, 24, 24);
AT(credit_secret_service_options, struct_size, 0, 0, 0);
AT(credit_secret_service_options, allow_prompt, 4, 4, 4);
AT(credit_secret_service_options, timeout_ms, 8, 8, 8);
AT(credit_secret_service_options, prompt_timeout_ms, 16, 16, 16);
SIZE(credit_state_info, 32, 32, 32);
AT(credit_state_info, struct_size, 0, 0, 0);
AT(credit_state_info, properties, 4, 4, 4);
AT(credit_state_info, state, 8, 8, 8);
AT(credit_state_info, reason, 12, 12, 12);
AT(credit_state_info, generation, 16, 16, 16);
AT(credit_state_info, expires_at_ms, 24, 24, 24);
SIZE(credit_observer, 32, 16, 16);
AT(credit_observer, struct_size, 0, 0, 0);
AT(credit_observer, context, 8, 4, 4);
AT(credit_observer, on_state, 16, 8, 8);
AT(credit_observer, release, 24, 12, 12);
SIZE(credit_start_options, 48, 32, 32);
AT(credit_start_options, struct_size, 0, 0, 0);
AT(credit_start_options, replace, 4, 4, 4);
AT(credit_start_options, journey_type, 8, 8, 8);
AT(credit_start_options, profile_json, 24, 16, 16);
AT(credit_start_options, deadline_ms, 40, 24, 24);
SIZE(credit_adopt_options, 8, 8, 8);
AT(credit_adopt_options, struct_size, 0, 0, 0);
AT(credit_adopt_options, replace, 4, 4, 4);
SIZE(credit_token_options, 24, 24, 20);
AT(credit_token_options, struct_size, 0, 0, 0);
AT(credit_token_options, minimum_lifetime_ms, 8, 8, 4);
AT(credit_token_options, deadline_ms, 16, 16, 12);
SIZE(credit_journey_options, 16, 16, 16);
AT(credit_journey_options, struct_size, 0, 0, 0);
AT(credit_journey_options, known_only, 4, 4, 4);
AT(credit_journey_options, deadline_ms, 8, 8, 8);
SIZE(credit_request, 136, 88, 80);
AT(credit_request, struct_size, 0, 0, 0);
AT(credit_request, header_count, 4, 4, 4);
AT(credit_request, method, 8, 8, 8);
AT(credit_request, path, 24, 16, 16);
AT(credit_request, headers, 40, 24, 24);
AT(credit_request, body, 48, 28, 28);
AT(credit_request, content_type, 64, 36, 36);
AT(credit_request, idempotency_key, 80, 44, 44);
AT(credit_request, correlation_id, 96, 52, 52);
AT(credit_request, deadline_ms, 112, 64, 60);
AT(credit_request, max_reply_bytes, 120, 72, 68);
AT(credit_request, one_shot, 128, 80, 76);
SIZE(credit_checkout_options, 48, 28, 28);
AT(credit_checkout_options, struct_size, 0, 0, 0);
AT(credit_checkout_options, allowed_origin_count, 4, 4, 4);
AT(credit_checkout_options, embed_url, 8, 8, 8);
AT(credit_checkout_options, hosted_origin, 24, 16, 16);
AT(credit_checkout_options, allowed_origins, 40, 24, 24);
SIZE(credit_secure_store, 64, 32, 32);
AT(credit_secure_store, struct_size, 0, 0, 0);
AT(credit_secure_store, context, 8, 4, 4);
AT(credit_secure_store, load, 16, 8, 8);
AT(credit_secure_store, replace, 24, 12, 12);
AT(credit_secure_store, erase, 32, 16, 16);
AT(credit_secure_store, lock, 40, 20, 20);
AT(credit_secure_store, unlock, 48, 24, 24);
AT(credit_secure_store, release, 56, 28, 28);
SIZE(credit_sealing_key, 32, 16, 16);
AT(credit_sealing_key, struct_size, 0, 0, 0);
AT(credit_sealing_key, context, 8, 4, 4);
AT(credit_sealing_key, fetch, 16, 8, 8);
AT(credit_sealing_key, release, 24, 12, 12);
SIZE(credit_http_request, 88, 64, 56);
AT(credit_http_request, struct_size, 0, 0, 0);
AT(credit_http_request, header_count, 4, 4, 4);
AT(credit_http_request, method, 8, 8, 8);
AT(credit_http_request, url, 24, 16, 16);
AT(credit_http_request, headers, 40, 24, 24);
AT(credit_http_request, body, 48, 28, 28);
AT(credit_http_request, timeout_ms, 64, 40, 36);
AT(credit_http_request, max_reply_bytes, 72, 48, 44);
AT(credit_http_request, fresh_connection, 80, 56, 52);
SIZE(credit_transport, 40, 20, 20);
AT(credit_transport, struct_size, 0, 0, 0);
AT(credit_transport, context, 8, 4, 4);
AT(credit_transport, start, 16, 8, 8);
AT(credit_transport, cancel, 24, 12, 12);
AT(credit_transport, release, 32, 16, 16);
SIZE(credit_now, 32, 32, 28);
AT(credit_now, struct_size, 0, 0, 0);
AT(credit_now, wall_ms, 8, 8, 4);
AT(credit_now, elapsed_ms, 16, 16, 12);
AT(credit_now, boot_id, 24, 24, 20);
SIZE(credit_clock, 32, 16, 16);
AT(credit_clock, struct_size, 0, 0, 0);
AT(credit_clock, context, 8, 4, 4);
AT(credit_clock, now, 16, 8, 8);
AT(credit_clock, release, 24, 12, 12);
SIZE(credit_logger, 32, 16, 16);
AT(credit_logger, struct_size, 0, 0, 0);
AT(credit_logger, context, 8, 4, 4);
AT(credit_logger, log, 16, 8, 8);
AT(credit_logger, release, 24, 12, 12);
SIZE(credit_background, 40, 20, 20);
AT(credit_background, struct_size, 0, 0, 0);
AT(credit_background, context, 8, 4, 4);
AT(credit_background, begin, 16, 8, 8);
AT(credit_background, end, 24, 12, 12);
AT(credit_background, release, 32, 16, 16);
SIZE(credit_provider_request, 88, 48, 48);
AT(credit_provider_request, struct_size, 0, 0, 0);
AT(credit_provider_request, healing, 4, 4, 4);
AT(credit_provider_request, borrower_external_id, 8, 8, 8);
AT(credit_provider_request, journey_type, 24, 16, 16);
AT(credit_provider_request, profile_json, 40, 24, 24);
AT(credit_provider_request, correlation_id, 56, 32, 32);
AT(credit_provider_request, idempotency_key, 72, 40, 40);
SIZE(credit_session_provider, 32, 16, 16);
AT(credit_session_provider, struct_size, 0, 0, 0);
AT(credit_session_provider, context, 8, 4, 4);
AT(credit_session_provider, provide, 16, 8, 8);
AT(credit_session_provider, release, 24, 12, 12);
SIZE(credit_partner_auth, 32, 16, 16);
AT(credit_partner_auth, struct_size, 0, 0, 0);
AT(credit_partner_auth, context, 8, 4, 4);
AT(credit_partner_auth, headers, 16, 8, 8);
AT(credit_partner_auth, release, 24, 12, 12);

#undef SIZE
#undef AT
/* clang-format on */
#endif

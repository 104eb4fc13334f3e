// Configurations, setter by setter: what the check accepts can be opened, what it refuses cannot, and the error names a
// field and no secret. Lines of "<letter><value>".
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "credit/credit.h"
#include "tests/fuzz/support/pumped_engine.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

credit_str str(std::string_view text) {
    return {text.data(), text.size()};
}

std::string_view view(credit_str s) {
    return {s.data, s.size};
}

// A struct whose struct_size and tail are the fuzzer's: versions of the header this library does not know.
template <class T>
struct Versioned {
    explicit Versioned(Input& in) {
        const std::uint8_t version = in.byte();
        const std::size_t sizes[] = {sizeof(T), sizeof(T) - 8, sizeof(T) + 8, 4, 0, 0xffffffff};
        const auto size = static_cast<std::uint32_t>(sizes[version % 6]);
        room.resize(sizeof(T) + 16);
        std::memcpy(room.data(), &size, sizeof size);
        if (version >= 128) room[sizeof(T) + 4] = 1;
    }
    T* get() { return reinterpret_cast<T*>(room.data()); }
    std::vector<char> room;
};

credit_code set_policy(credit_config* config, Input& in) {
    Versioned<credit_policy> policy(in);
    policy.get()->refresh_ahead_ms = static_cast<std::int64_t>(in.number(8));
    policy.get()->attempt_timeout_ms = static_cast<std::int64_t>(in.number(4));
    policy.get()->settle_window_ms = static_cast<std::int64_t>(in.number(4));
    policy.get()->max_waiters = static_cast<std::uint32_t>(in.number(4));
    return credit_config_set_policy(config, policy.get());
}

credit_code set_paths(credit_config* config, Input& in) {
    Versioned<credit_paths> paths(in);
    paths.get()->refresh = str(in.until(','));
    paths.get()->journeys = str(in.until(','));
    return credit_config_set_paths(config, paths.get());
}

credit_code set_refresh(credit_config* config, Input& in) {
    Versioned<credit_refresh_request> request(in);
    request.get()->carrier = static_cast<credit_credential_carrier>(in.byte() % 5);
    request.get()->body = static_cast<credit_refresh_body>(in.byte() % 7);
    request.get()->api_version = str(in.rest());
    return credit_config_set_refresh_request(config, request.get());
}

credit_code set_tls(credit_config* config, Input& in) {
    Versioned<credit_tls> tls(in);
    std::array<credit_str, 4> pins{};
    const std::size_t count = in.below(5);
    for (std::size_t i = 0; i < count; ++i)
        pins[i] = str(in.until(','));
    tls.get()->pinned_key_count = static_cast<std::uint32_t>(count);
    tls.get()->pinned_keys = count == 0 ? nullptr : pins.data();
    tls.get()->ca_bundle_pem = str(in.rest());
    return credit_config_set_tls(config, tls.get());
}

credit_code set_one(credit_config* config, std::string_view line) {
    Input in(line);
    const std::uint8_t what = in.byte();
    const std::string_view rest = in.rest();
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(rest.data());
    switch (what) {
        case 'e':
            return credit_config_set_environment(config,
                                                 static_cast<credit_environment>(in.byte() % 8));
        case 'u':
            return credit_config_set_platform_url(config, str(rest));
        case 'U':
            return credit_config_set_partner_url(config, str(rest));
        case 'r':
            return credit_config_set_refresh_route(
                config, static_cast<credit_refresh_route>(in.byte() % 8));
        case 'd':
            return credit_config_set_storage_dir(config, str(rest));
        case 'k':
            return credit_config_set_storage_key(config, bytes, rest.size());
        case 'p':
            return credit_config_set_storage_passphrase(config, str(rest));
        case 'a':
            return credit_config_set_user_agent(config, str(rest));
        case 'P':
            return set_policy(config, in);
        case 'h':
            return set_paths(config, in);
        case 'q':
            return set_refresh(config, in);
        case 't':
            return set_tls(config, in);
        default:
            return CREDIT_OK;
    }
}

// A typed error that names its field, in the words of rule 2.
void check_complaint(const credit_error* error, credit_code code) {
    FUZZ_CHECK((error == nullptr) == (code == CREDIT_OK));
    if (error == nullptr) return;
    FUZZ_CHECK(credit_error_code(error) == code);
    FUZZ_CHECK(code >= 1001 && code < 1100);
    const std::string_view message = view(credit_error_message(error));
    FUZZ_CHECK(message.find(':') != message.npos);
    FUZZ_CHECK(!shows_token(message) && is_printable_utf8(message));
}

void check_open(const credit_config* config, std::string_view borrower, bool sound) {
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    const credit_code code = credit_session_open(config, str(borrower), &session, &error);
    check_complaint(error, code);
    FUZZ_CHECK((session != nullptr) == (code == CREDIT_OK));
    if (!sound) FUZZ_CHECK(code != CREDIT_OK);
    if (sound) FUZZ_CHECK(code == CREDIT_OK || code == CREDIT_INVALID_BORROWER);
    credit_error_release(error);
    credit_session_release(session);
}

}  // namespace

CREDIT_FUZZ_TARGET(capi_config) {
    PumpedEngine engine;
    credit_config* config = nullptr;
    FUZZ_CHECK(credit_config_create(&config) == CREDIT_OK);
    Input in(input);
    std::string_view borrower = in.line();
    for (int i = 0; i < 16 && !in.empty(); ++i)
        set_one(config, in.line());
    credit_error* error = nullptr;
    const credit_code code = credit_config_check(config, &error);
    check_complaint(error, code);
    credit_error_release(error);
    check_open(config, borrower, code == CREDIT_OK);
    credit_config_release(config);
    for (int i = 0; i < 64; ++i)
        engine.turn();
    FUZZ_CHECK(credit_debug_live_objects() == 0);
}

}  // namespace credit::fuzz

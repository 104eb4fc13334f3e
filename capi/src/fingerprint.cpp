#include "capi/src/fingerprint.h"

#include <sodium.h>

#include <array>
#include <cstdint>
#include <type_traits>

#include "core/base/check.h"

namespace credit::capi {
namespace {

using Key = std::array<unsigned char, crypto_generichash_KEYBYTES>;

const Key& process_key() {
    static const Key key = [] {
        Key made;
        randombytes_buf(made.data(), made.size());
        return made;
    }();
    return key;
}

class Hasher {
  public:
    Hasher() {
        const int failed =
            crypto_generichash_init(&state_, process_key().data(), process_key().size(), kBytes);
        CREDIT_CHECK(failed == 0);
    }
    ~Hasher() { sodium_memzero(&state_, sizeof state_); }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;

    // Each text with its length, so that no two lists of texts look alike.
    void add(std::string_view text) {
        add_number(text.size());
        add_bytes(text.data(), text.size());
    }
    void add_number(std::uint64_t number) { add_bytes(&number, sizeof number); }
    template <class... Pointers>
    void add_pointers(Pointers... pointers) {
        (add_number(reinterpret_cast<std::uintptr_t>(pointers)), ...);
    }

    std::string hex() {
        std::array<unsigned char, kBytes> digest{};
        const int failed = crypto_generichash_final(&state_, digest.data(), digest.size());
        CREDIT_CHECK(failed == 0);
        std::string out(2 * kBytes + 1, '\0');
        sodium_bin2hex(out.data(), out.size(), digest.data(), digest.size());
        out.pop_back();
        return out;
    }

  private:
    static constexpr std::size_t kBytes = 32;

    void add_bytes(const void* data, std::size_t size) {
        crypto_generichash_update(&state_, static_cast<const unsigned char*>(data), size);
    }

    crypto_generichash_state state_;
};

void add_settings(Hasher& hash, const SessionSettings& s) {
    hash.add_number(static_cast<std::uint64_t>(s.environment));
    for (const std::string* text :
         {&s.platform_url, &s.partner_url, &s.paths.refresh, &s.paths.journeys,
          &s.paths.partner_session, &s.paths.partner_refresh, &s.api_version, &s.user_agent,
          &s.storage_identity}) {
        hash.add(*text);
    }
    hash.add_number(static_cast<std::uint64_t>(s.route));
    hash.add_number(static_cast<std::uint64_t>(s.carrier));
    hash.add_number(static_cast<std::uint64_t>(s.body));
    hash.add_number(s.quote_idempotency_key ? 1 : 0);
}

// What credit_policy can set; the rest is the same for everybody.
void add_policy(Hasher& hash, const Policy& p) {
    for (const Millis value :
         {p.refresh_ahead, p.minimum_lifetime, p.connect_timeout, p.attempt_timeout, p.lease,
          p.settle_window, p.call_deadline, p.heal_spread}) {
        hash.add_number(static_cast<std::uint64_t>(value.count));
    }
    hash.add_number(p.max_waiters);
}

void add_trust(Hasher& hash, const TlsSettings& tls) {
    hash.add(tls.ca_bundle_pem);
    hash.add_number(tls.pinned_keys.size());
    for (const std::string& pin : tls.pinned_keys)
        hash.add(pin);
}

void add_secret(Hasher& hash, const SecretRef& secret) {
    hash.add_number(secret == nullptr ? 0 : 1);
    hash.add(view_or_empty(secret));
}

void add_keyring(Hasher& hash, const std::optional<SecretServiceChoice>& choice) {
    hash.add_number(choice ? 1 : 0);
    if (!choice) return;
    hash.add_number(choice->allow_prompt ? 1 : 0);
    for (const std::optional<Millis>& time : {choice->timeout, choice->prompt_timeout}) {
        hash.add_number(static_cast<std::uint64_t>(time.value_or(Millis{0}).count));
    }
}

// A port is the same when the app gave the same functions with the same context.
template <class Table, class Add>
void add_port(Hasher& hash, const TableRef<Table>& port, Add add) {
    hash.add_number(port == nullptr ? 0 : 1);
    if (port == nullptr) return;
    hash.add_pointers((*port)->context);
    add(**port);
}

void add_ports(Hasher& hash, const ConfigValues& v) {
    add_port(hash, v.sealing_key, [&](const credit_sealing_key& t) { hash.add_pointers(t.fetch); });
    add_port(hash, v.secure_store, [&](const credit_secure_store& t) {
        hash.add_pointers(t.load, t.replace, t.erase, t.lock, t.unlock);
    });
    add_port(hash, v.transport,
             [&](const credit_transport& t) { hash.add_pointers(t.start, t.cancel); });
    add_port(hash, v.clock, [&](const credit_clock& t) { hash.add_pointers(t.now); });
    add_port(hash, v.logger, [&](const credit_logger& t) { hash.add_pointers(t.log); });
    add_port(hash, v.background,
             [&](const credit_background& t) { hash.add_pointers(t.begin, t.end); });
    add_port(hash, v.provider,
             [&](const credit_session_provider& t) { hash.add_pointers(t.provide); });
    add_port(hash, v.partner_auth,
             [&](const credit_partner_auth& t) { hash.add_pointers(t.headers); });
}

}  // namespace

std::string storage_identity(const ConfigValues& values, const std::string& place) {
    if (!values.keychain_group.empty()) return "keychain " + values.keychain_group + " " + place;
    if (values.secure_store == nullptr) return "dir " + place;
    Hasher hash;
    add_port(hash, values.secure_store,
             [&](const credit_secure_store& t) { hash.add_pointers(t.load, t.replace); });
    return "store " + hash.hex();
}

std::string fingerprint(const ConfigValues& values, const SessionSettings& settings) {
    Hasher hash;
    add_settings(hash, settings);
    add_policy(hash, settings.policy);
    add_trust(hash, values.tls);
    add_secret(hash, values.storage_key);
    add_secret(hash, values.passphrase == nullptr ? nullptr : values.passphrase->passphrase());
    add_keyring(hash, values.secret_service);
    hash.add(values.keychain_group);
    add_ports(hash, values);
    return hash.hex();
}

}  // namespace credit::capi

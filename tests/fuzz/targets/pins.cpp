// Pinned keys, a line each, and a bundle of certificates, against libsodium's base64.
#include <sodium.h>

#include <array>
#include <set>
#include <string>
#include <vector>

#include "core/http/pins.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::size_t kDigestBytes = 32;

bool is_pin(const std::string& pin) {
    constexpr std::string_view kScheme = "sha256//";
    if (!pin.starts_with(kScheme)) return false;
    // libsodium 1.0.18 takes bytes above 0x7f for a '+'.
    for (const char c : pin) {
        if (static_cast<unsigned char>(c) > 0x7f) return false;
    }
    std::array<unsigned char, 64> digest{};
    std::size_t size = 0;
    const char* end = nullptr;
    const std::string text = pin.substr(kScheme.size());
    const int failed = sodium_base642bin(digest.data(), digest.size(), text.data(), text.size(),
                                         nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL);
    return failed == 0 && size == kDigestBytes && end == text.data() + text.size();
}

void check_pin_list(const std::vector<std::string>& pins) {
    bool sound = pins.size() <= 16 && pins.size() != 1;
    for (const std::string& pin : pins)
        sound = sound && is_pin(pin);
    sound = sound && std::set<std::string>(pins.begin(), pins.end()).size() == pins.size();
    const Status status = check_pins(pins);
    FUZZ_CHECK(status.ok() == sound);
    if (status.ok()) return;
    check_error(status.error());
    FUZZ_CHECK(status.error().code == Code::config_invalid);
}

void check_bundle(const std::string& pem) {
    const Status status = check_ca_bundle(pem);
    if (!status.ok()) {
        check_error(status.error());
        return;
    }
    FUZZ_CHECK(pem.find("PRIVATE KEY") == std::string::npos && pem.find('\0') == std::string::npos);
    const std::size_t begin = pem.find("-----BEGIN CERTIFICATE-----");
    FUZZ_CHECK(begin != std::string::npos);
    FUZZ_CHECK(pem.find("-----END CERTIFICATE-----", begin) != std::string::npos);
    FUZZ_CHECK(!check_ca_bundle(pem + "-----BEGIN PRIVATE KEY-----").ok());
    FUZZ_CHECK(!check_ca_bundle(pem + "-----BEGIN CERTIFICATE-----").ok());
}

}  // namespace

CREDIT_FUZZ_TARGET(pins) {
    std::vector<std::string> pins;
    Input in(input);
    while (!in.empty() && pins.size() < 20)
        pins.emplace_back(in.line());
    check_pin_list(pins);
    check_bundle(std::string(input));
}

}  // namespace credit::fuzz

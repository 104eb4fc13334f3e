// The redactor. Bytes 1 to 8 of the input stand for a secret of a known list; none of them may be seen in what comes out,
// not even the better half of one.
#include <array>
#include <string>
#include <vector>

#include "core/http/redact.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::size_t kWindow = 12;  // of a secret that must not be seen

// Shaped as the platform's tokens, a JWT, and random bytes in hex, base64 and percent-encoding.
constexpr std::array<std::string_view, 8> kSecrets = {
    "sk_live_9fQ2xV7mK4tB1nR8",
    "st_test_canaryS3ss10nT0ken_part2",
    "rt_live_canaryR3fr3shT0ken-77",
    "bt_test_Zq81LmW0pX",
    // Of the shortest header, which only names an algorithm, a piece may be left when it is glued to another word.
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJib3Jyb3dlci0xIn0.c2lnbmF0dXJlLW9mLXRoZS1qd3Q",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=",
    "Bearer 0paqueWord77",
};

// A letter, or something that the redactor drops, so that the letter before it is next.
bool joins(char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool dropped = (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte >= 0x7f;
    return plain_alnum(c) || dropped;
}

std::string filled_in(std::string_view input, std::vector<std::string_view>& used) {
    std::string out;
    for (const char c : input) {
        if (c < 1 || c > static_cast<char>(kSecrets.size())) {
            out += c;
            continue;
        }
        // On its own: glued to letters it would be another word, of which nobody knows that it is secret.
        const std::string_view secret = kSecrets[static_cast<std::size_t>(c) - 1];
        if (!out.empty() && joins(out.back())) out += ' ';
        out += secret;
        out += ' ';
        used.push_back(secret);
    }
    return out;
}

std::string redacted(std::string_view text, std::size_t max_bytes) {
#ifdef CREDIT_FUZZ_PLANTED
    // The planted defect: what stands behind "otp:" is taken for harmless.
    const std::size_t at = text.find("otp:");
    if (at != text.npos) {
        return redact(text.substr(0, at), max_bytes) + std::string(text.substr(at, 40));
    }
#endif
    return redact(text, max_bytes);
}

// A piece that the input itself spells out (what is dropped aside), loose from its secret, is a word like any other.
void check_gone(std::string_view out, std::string_view secret, std::string_view input) {
    if (secret.starts_with("Bearer ")) secret.remove_prefix(7);
    const std::size_t window = secret.size() < kWindow ? secret.size() : kWindow;
    for (std::size_t i = 0; i + window <= secret.size(); ++i) {
        const std::string_view piece = secret.substr(i, window);
        FUZZ_CHECK(out.find(piece) == out.npos || input.find(piece) != input.npos);
    }
}

}  // namespace

CREDIT_FUZZ_TARGET(redact) {
    Input in(input);
    const std::size_t max_bytes = std::size_t{in.byte()} * 4;
    std::vector<std::string_view> used;
    const std::string text = filled_in(in.rest(), used);
    const std::string out = redacted(text, max_bytes);
    FUZZ_CHECK(out.size() <= max_bytes);
    FUZZ_CHECK(is_printable_utf8(out));
    FUZZ_CHECK(!shows_token(out));
    std::string spelled_out;
    for (const char c : input) {
        if (c >= 0x20 && c < 0x7f) spelled_out += c;
    }
    for (const std::string_view secret : used)
        check_gone(out, secret, spelled_out);
    FUZZ_CHECK(redacted(out, max_bytes) == out);
}

}  // namespace credit::fuzz

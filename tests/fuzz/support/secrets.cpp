#include "tests/fuzz/support/secrets.h"

#include "tests/fuzz/support/utf8_oracle.h"

namespace credit::fuzz {
namespace {

// A platform's message, its code, its field, and the SDK's own words around them.
constexpr std::size_t kMostMessageBytes = 1024;
constexpr std::size_t kMostIDBytes = 128;
constexpr std::size_t kMostCodeBytes = 64;

bool is_visible_ascii(std::string_view text) noexcept {
    for (const char c : text) {
        if (c <= 0x20 || c >= 0x7f) return false;
    }
    return true;
}

}  // namespace

bool is_printable_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const Decoded decoded = decode_utf8(text.substr(at));
        if (!decoded.valid || decoded.value < 0x20 ||
            (decoded.value >= 0x7f && decoded.value < 0xa0)) {
            return false;
        }
        at += decoded.bytes;
    }
    return true;
}

void check_error(const Error& error) {
    FUZZ_CHECK(error.code != Code::ok);
    FUZZ_CHECK(error.message.size() <= kMostMessageBytes);
    FUZZ_CHECK(is_printable_utf8(error.message));
    FUZZ_CHECK(!shows_token(error.message));
    FUZZ_CHECK(error.platform_code.size() <= kMostCodeBytes);
    FUZZ_CHECK(error.request_id.size() <= kMostIDBytes);
    FUZZ_CHECK(error.correlation_id.size() <= kMostIDBytes);
    for (const std::string* id : {&error.platform_code, &error.request_id, &error.correlation_id}) {
        FUZZ_CHECK(is_visible_ascii(*id));
        FUZZ_CHECK(!shows_token(*id));
    }
    FUZZ_CHECK(error.retry_after_ms >= -1);
}

}  // namespace credit::fuzz

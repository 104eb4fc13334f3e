#include "core/platform_api/reply_text.h"

#include "core/http/redact.h"
#include "core/http/secret_words.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::size_t kMaxCodeBytes = 64;
constexpr std::size_t kMaxIdBytes = 128;

// Ids are long and opaque by nature (ULIDs, trace ids), so length alone does not make them a
// secret. A JWT or a word with a token's prefix does.
bool is_credential(std::string_view text) noexcept {
    return has_token_word(text) || text.starts_with("eyJ") || text::istarts_with(text, "bearer");
}

template <class Test>
std::string_view clean(std::string_view text, std::size_t max_bytes, Test allowed) {
    const bool fine = text.size() <= max_bytes && text::all(text, allowed) && !is_credential(text);
    return fine ? text : std::string_view{};
}

constexpr bool is_code_char(char c) {
    return text::is_alnum(c) || c == '_' || c == '.' || c == '-';
}

}  // namespace

std::string_view clean_code(std::string_view text) {
    return clean(text, kMaxCodeBytes, is_code_char);
}

std::string_view clean_id(std::string_view text) {
    return clean(text, kMaxIdBytes, text::is_visible);
}

std::string_view clean_field(std::string_view text) {
    return clean(text, kMaxIdBytes, [](char c) { return is_code_char(c) || c == '[' || c == ']'; });
}

std::string clean_message(std::string_view text) {
    return redact(text, kMaxMessageBytes);
}

}  // namespace credit

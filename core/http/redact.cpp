#include "core/http/redact.h"

#include <algorithm>
#include <utility>

#include "core/http/header_rules.h"
#include "core/http/text.h"

namespace credit {
namespace {

constexpr std::string_view kMark = "[redacted]";
constexpr std::size_t kOpaqueBytes = 24;
constexpr std::size_t kJwtBytes = 16;  // "eyJ..." of the shortest header

// Everything base64, hex and percent-encoding need. '.' joins the parts of a JWT and ends
// sentences; see secret_end().
constexpr bool is_word_char(char c) {
    return text::is_alnum(c) || c == '_' || c == '-' || c == '+' || c == '/' || c == '=' ||
           c == '%' || c == '~';
}

// Line breaks become spaces; other control characters, and those that reorder or hide text, go:
// leaving a space in their place would cut a token into harmless-looking pieces.
bool is_dropped(char32_t c) noexcept {
    return text::is_control(c) || (c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const auto c = text::next_code_point(text, at);
        if (!c) {
            out += '?';
        } else if (*c == '\n' || *c == '\r' || *c == '\t') {
            out += ' ';
        } else if (!is_dropped(*c)) {
            out += text.substr(start, at - start);
        }
    }
    return out;
}

// Words a person wrote: one case, no digit, joined by '_' or '-' (STATE_PRECONDITION_FAILED). A
// random word of that length without a digit and without mixed case is as good as impossible.
bool is_plain_name(std::string_view word) noexcept {
    const auto upper = [](char c) { return text::is_upper(c) || c == '_' || c == '-'; };
    const auto lower = [](char c) { return text::is_lower(c) || c == '_' || c == '-'; };
    return text::all(word, upper) || text::all(word, lower);
}

bool has_prefixed_secret(std::string_view word) noexcept {
    for (std::size_t i = 0; i + 3 < word.size(); ++i) {
        const std::string_view rest = word.substr(i);
        const bool prefix = rest.starts_with("sk_") || rest.starts_with("st_") ||
                            rest.starts_with("rt_") || rest.starts_with("bt_");
        if (!prefix) continue;
        const bool boundary = i == 0 || !text::is_alnum(word[i - 1]);
        const std::string_view tail = rest.substr(3);
        if (boundary || tail.starts_with("live_") || tail.starts_with("test_")) return true;
    }
    return false;
}

bool is_secret(std::string_view word) noexcept {
    if (has_prefixed_secret(word)) return true;
    if (word.size() >= kJwtBytes && word.starts_with("eyJ")) return true;
    if (word.size() > 6 && text::istarts_with(word, "bearer") && !text::is_alpha(word[6]))
        return true;
    return word.size() >= kOpaqueBytes && !is_plain_name(word);
}

std::size_t word_end(std::string_view text, std::size_t at) noexcept {
    while (at < text.size() && is_word_char(text[at]))
        ++at;
    return at;
}

// A secret goes on behind dots that stand inside it.
std::size_t secret_end(std::string_view text, std::size_t at) noexcept {
    while (at + 1 < text.size() && text[at] == '.' && is_word_char(text[at + 1])) {
        at = word_end(text, at + 1);
    }
    return at;
}

// "Bearer", also at the end of a longer word: token_type=Bearer, st_live_x/Bearer.
bool announces_credential(std::string_view word) noexcept {
    constexpr std::string_view kScheme = "bearer";
    if (word.size() < kScheme.size()) return false;
    const std::string_view head = word.substr(0, word.size() - kScheme.size());
    return ascii_iequals(word.substr(head.size()), kScheme) &&
           (head.empty() || !text::is_alnum(head.back()));
}

// Copies the white space behind "Bearer" and replaces what follows it.
std::size_t replace_credential(std::string_view text, std::size_t at, std::string& out) {
    for (bool announced = true; announced;) {
        while (at < text.size() && (text[at] == ' ' || text[at] == ':'))
            out += text[at++];
        if (at == text.size()) return at;
        const std::size_t end = std::min(text.find(' ', at), text.size());
        std::string_view taken = text.substr(at, end - at);
        while (!taken.empty() && !text::is_alnum(taken.back()))
            taken.remove_suffix(1);
        // "bearer: Bearer x": what was taken is the scheme once more, and the credential is behind it.
        announced = announces_credential(taken);
        out += kMark;
        at = end;
    }
    return at;
}

std::string without_secrets(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = word_end(text, at);
        const std::string_view word = text.substr(at, end - at);
        if (word.empty()) {
            out += text[at++];
            continue;
        }
        const bool secret = is_secret(word);
        out += secret ? kMark : word;
        const std::size_t start = std::exchange(at, secret ? secret_end(text, end) : end);
        if (announces_credential(text.substr(start, at - start))) {
            at = replace_credential(text, at, out);
        }
    }
    return out;
}

void cut(std::string& text, std::size_t max_bytes) {
    if (text.size() <= max_bytes) return;
    const auto is_continuation = [](char c) {
        return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
    };
    while (max_bytes > 0 && is_continuation(text[max_bytes]))
        --max_bytes;
    text.resize(max_bytes);
}

}  // namespace

std::string redact(std::string_view text, std::size_t max_bytes) {
    std::string out = without_secrets(printable(text));
    cut(out, max_bytes);
    return out;
}

}  // namespace credit

#include "core/http/url_text.h"

#include "core/http/text.h"

namespace credit::url_text {
namespace {

constexpr bool is_path_char(char c) {
    constexpr std::string_view kMarks = "-._~!$&'()*+,;=:@/%";  // RFC 3986, pchar and '/'
    return text::is_alnum(c) || kMarks.find(c) != kMarks.npos;
}

constexpr bool is_query_char(char c) {
    return is_path_char(c) || c == '?';
}

bool percent_ok(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') continue;
        if (i + 2 >= text.size()) return false;
        const int high = text::hex_value(text[i + 1]);
        const int low = text::hex_value(text[i + 2]);
        if (high < 0 || low < 0) return false;
        const int byte = high * 16 + low;
        if (byte < 0x20 || byte == 0x7f) return false;  // a control character in disguise
        i += 2;
    }
    return true;
}

}  // namespace

std::string decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out +=
                static_cast<char>(text::hex_value(text[i + 1]) * 16 + text::hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

const char* path_fault(std::string_view path) {
    if (!text::all(path, is_path_char)) return "contains a character that a path may not have";
    if (!percent_ok(path)) return "contains a bad percent sequence";
    std::string_view rest = path;
    while (!rest.empty()) {
        rest.remove_prefix(1);  // the slash
        const std::size_t slash = rest.find('/');
        // Servers decode before they route: %2e%2e is a way up, %2f and %5c are separators.
        const std::string segment = decoded(rest.substr(0, slash));
        if (segment == "." || segment == "..") return "contains a dot segment";
        if (segment.find_first_of("/\\") != segment.npos) return "contains an encoded separator";
        rest = slash == rest.npos ? std::string_view{} : rest.substr(slash);
    }
    return nullptr;
}

const char* query_fault(std::string_view query) {
    if (!text::all(query, is_query_char)) return "has a query with a forbidden character";
    return percent_ok(query) ? nullptr : "has a query with a bad percent sequence";
}

}  // namespace credit::url_text

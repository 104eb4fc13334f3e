#include "core/http/origin.h"

#include "core/http/text.h"
#include "core/http/url.h"

namespace credit {

Result<std::string> origin_of(std::string_view url, std::string_view field) {
    const std::string name(field);
    if (url.empty()) return Error(Code::config_missing, name + ": is missing");
    if (url.size() > kMaxForeignUrlBytes) {
        return Error(Code::config_invalid, name + ": is longer than 8192 bytes");
    }
    // Of the whole text: browsers drop tabs and line ends and turn backslashes into slashes before
    // they look for the host.
    if (!text::all(url, text::is_visible) || url.find('\\') != url.npos) {
        return Error(
            Code::config_invalid,
            name + ": contains white space, a backslash, a control character or non-ASCII");
    }
    const std::size_t colon = url.find("://");
    const std::size_t end = colon == url.npos ? url.size() : url.find_first_of("/?#", colon + 3);
    const Result<Url> parsed = parse_url(url.substr(0, end), field);
    if (!parsed.ok()) return parsed.error();
    return parsed.value().origin();
}

Result<std::string> check_origin(std::string_view text, Environment environment,
                                 std::string_view field) {
    const Result<Url> url = check_base_url(text, environment, field);
    if (!url.ok()) return url.error();
    if (!url.value().path.empty()) {
        return Error(Code::config_invalid, std::string(field) + ": an origin has no path");
    }
    return url.value().origin();
}

}  // namespace credit

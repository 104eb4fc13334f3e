#include "platform/curl/curl_reply.h"

#include <algorithm>
#include <string>
#include <utility>

#include "platform/curl/curl_headers.h"

namespace credit::curl {
namespace {

std::string_view trim(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// A bare CR inside a line counts as a space (RFC 9112, 2.2): nobody further up may take it for the end of one.
std::string one_line(std::string_view text) {
    std::string out(trim(text));
    std::replace(out.begin(), out.end(), '\r', ' ');
    return out;
}

bool says_where_it_ends(const HttpHeader& header) noexcept {
    if (same_header_name(header.name, "Content-Length")) return true;
    // The last coding frames the message; any other leaves the end to the connection.
    constexpr std::string_view kChunked = "chunked";
    const std::string_view value = header.value;
    return same_header_name(header.name, "Transfer-Encoding") && value.size() >= kChunked.size() &&
           same_header_name(value.substr(value.size() - kChunked.size()), kChunked);
}

}  // namespace

bool Reply::header_line(std::string_view line) {
    header_bytes_ += line.size();
    if (header_bytes_ > max_header_bytes_) return false;
    if (in_body_) return true;  // a trailer: counted, never mixed with the headers
    if (line.starts_with("HTTP/")) {
        begin(line);
    } else if (trim(line).empty()) {
        in_body_ = !interim_;
    } else {
        field(line);
    }
    return true;
}

void Reply::begin(std::string_view status_line) {
    response_.headers.clear();
    framed_ = false;
    const auto space = status_line.find(' ');
    interim_ = space != std::string_view::npos && space + 1 < status_line.size() &&
               status_line[space + 1] == '1';
}

void Reply::field(std::string_view line) {
    const bool folded = line.front() == ' ' || line.front() == '\t';
    if (folded) {
        if (response_.headers.empty()) return;
        std::string& value = response_.headers.back().value;
        value.append(" ").append(one_line(line));
        return;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    response_.headers.push_back(
        {one_line(line.substr(0, colon)), one_line(line.substr(colon + 1))});
    framed_ = framed_ || says_where_it_ends(response_.headers.back());
}

bool Reply::body_bytes(std::string_view bytes) {
    if (bytes.size() > max_body_bytes_ - response_.body.size()) return false;
    response_.body.append(bytes);
    return true;
}

HttpResponse Reply::take(int status) noexcept {
    response_.status = status;
    return std::move(response_);
}

}  // namespace credit::curl

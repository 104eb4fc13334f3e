#include "platform/curl/curl_headers.h"

#include <algorithm>
#include <cstring>
#include <new>

namespace credit::curl {
namespace {

char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool same_header_name(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

bool has_header(const HttpRequest& request, std::string_view name) noexcept {
    return std::any_of(request.headers.begin(), request.headers.end(),
                       [&](const HttpHeader& h) { return same_header_name(h.name, name); });
}

HeaderLines::~HeaderLines() {
    for (curl_slist* node = list_; node != nullptr; node = node->next) {
        if (node->data != nullptr) wipe(node->data, std::strlen(node->data));
    }
    curl_slist_free_all(list_);
}

void HeaderLines::append(std::string_view name, std::string_view separator,
                         std::string_view value) {
    line_.clear();
    line_.append(name);
    line_.append(separator);
    line_.append(value);
    line_.append('\0');
    curl_slist* longer = curl_slist_append(list_, line_.data());
    line_.clear();
    if (longer == nullptr) throw std::bad_alloc();
    list_ = longer;
}

void HeaderLines::add(std::string_view name, std::string_view value) {
    // libcurl drops "Name:" and sends "Name;" as a header without a value.
    append(name, value.empty() ? ";" : ": ", value);
}

void HeaderLines::suppress(const HttpRequest& request, std::string_view name) {
    if (!has_header(request, name)) append(name, ":", {});
}

void HeaderLines::build(const HttpRequest& request) {
    for (const HttpHeader& header : request.headers)
        add(header.name, header.value);
    if (request.bearer != nullptr) append("Authorization", ": Bearer ", request.bearer->view());
    suppress(request, "Accept");
    suppress(request, "User-Agent");
    suppress(request, "Content-Type");
    // A 417 to "Expect" is the one case in which libcurl repeats a request on its own on a fresh
    // connection.
    suppress(request, "Expect");
}

}  // namespace credit::curl

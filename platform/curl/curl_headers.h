// The header lines of one request, wiped when they go: they carry tokens and idempotency keys.
#pragma once

#include <curl/curl.h>

#include <string_view>

#include "core/http/message.h"

namespace credit::curl {

class HeaderLines {
  public:
    HeaderLines() = default;
    ~HeaderLines();
    HeaderLines(const HeaderLines&) = delete;
    HeaderLines& operator=(const HeaderLines&) = delete;

    // Everything the request says, and what keeps libcurl from adding headers of its own. Throws
    // std::bad_alloc.
    void build(const HttpRequest& request);
    curl_slist* get() const noexcept { return list_; }

  private:
    void append(std::string_view name, std::string_view separator, std::string_view value);
    void add(std::string_view name, std::string_view value);
    void suppress(const HttpRequest& request, std::string_view name);

    curl_slist* list_ = nullptr;
    SecretBuffer line_;
};

bool same_header_name(std::string_view a, std::string_view b) noexcept;
bool has_header(const HttpRequest& request, std::string_view name) noexcept;

}  // namespace credit::curl

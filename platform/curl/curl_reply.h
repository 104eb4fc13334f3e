// One reply as it comes in, under the request's limits.
#pragma once

#include <cstddef>
#include <string_view>

#include "core/http/message.h"

namespace credit::curl {

class Reply {
  public:
    Reply(std::size_t max_header_bytes, std::size_t max_body_bytes) noexcept
        : max_header_bytes_(max_header_bytes), max_body_bytes_(max_body_bytes) {}

    // All throw std::bad_alloc. False: a limit was passed, and the reply is of no more use.
    void reserve(std::size_t body_bytes) { response_.body.reserve(body_bytes); }
    bool header_line(std::string_view line);
    bool body_bytes(std::string_view bytes);

    // The last header block is complete, and it was not an interim one (1xx).
    bool headers_complete() const noexcept { return in_body_; }
    // The headers say where the body ends. Otherwise it ends with the connection, and libcurl
    // cannot tell an end from a cut there: it does not insist on TLS's close_notify.
    bool framed() const noexcept { return framed_; }
    HttpResponse take(int status) noexcept;

  private:
    void begin(std::string_view status_line);
    void field(std::string_view line);

    HttpResponse response_;
    const std::size_t max_header_bytes_;
    const std::size_t max_body_bytes_;
    std::size_t header_bytes_ = 0;
    bool interim_ = false;
    bool framed_ = false;
    bool in_body_ = false;
};

}  // namespace credit::curl

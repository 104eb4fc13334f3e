// One request on its way: the handle, what it points to, and what comes back.
#pragma once

#include <list>
#include <string>

#include "core/ports/clock.h"
#include "core/ports/transport.h"
#include "platform/curl/curl_handles.h"
#include "platform/curl/curl_headers.h"
#include "platform/curl/curl_reply.h"

namespace credit::curl {

// Stays at one address: libcurl keeps pointers into it.
class Transfer {
  public:
    Transfer(Transport::RequestID id, HttpRequest request, Transport::Completion done,
             Clock& clock);
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    Transport::RequestID id() const noexcept { return id_; }
    const HttpRequest& request() const noexcept { return request_; }
    const HeaderLines& headers() const noexcept { return headers_; }
    const std::string& pins() const noexcept { return pins_; }
    CURL* easy() const noexcept { return easy_.get(); }

    // Makes the handle; throws std::bad_alloc. Not CURLE_OK: libcurl refused an option.
    CURLcode prepare(CURLSH* share);

    // Both settle the outcome and let go of the handle, which must be out of the multi handle.
    // Neither allocates on the way of a complete reply (R22).
    void finish(CURLcode code) noexcept;
    void fail(HttpFailure failure, const char* detail) noexcept;

    struct Delivery {
        Transport::Completion done;
        HttpOutcome outcome;
    };
    Delivery take_delivery() noexcept { return {std::move(done_), std::move(outcome_)}; }

    // The callbacks libcurl gets; no exception leaves them.
    static std::size_t on_header(char* data, std::size_t size, std::size_t count,
                                 void* self) noexcept;
    static std::size_t on_body(char* data, std::size_t size, std::size_t count,
                               void* self) noexcept;
    static int on_point_of_no_return(void* self, char*, char*, int, int) noexcept;

  private:
    enum class Stop { none, lapsed, too_large, out_of_memory };

    template <class Receive>
    std::size_t receive(std::size_t bytes, Receive&& receive) noexcept;
    bool takes_body(long status) const noexcept;
    void finish_stopped() noexcept;
    void finish_failed(CURLcode code) noexcept;
    void join_pins();

    const Transport::RequestID id_;
    HttpRequest request_;
    Transport::Completion done_;
    Clock& clock_;
    HeaderLines headers_;
    std::string pins_;
    Reply reply_;
    HttpOutcome outcome_;
    Stop stop_ = Stop::none;
    bool committed_ = false;
    Easy easy_;  // last: goes before everything it points to
};

}  // namespace credit::curl

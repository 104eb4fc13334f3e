#include "platform/curl/curl_transfer.h"

#include <array>
#include <cstdio>
#include <new>
#include <utility>

#include "platform/curl/curl_failure.h"
#include "platform/curl/curl_options.h"

namespace credit::curl {
namespace {

// R22: room for an ordinary reply is taken before the request leaves, so that receiving it
// allocates nothing.
constexpr std::size_t kReservedReplyBytes = 8 * 1024;

}  // namespace

Transfer::Transfer(Transport::RequestID id, HttpRequest request, Transport::Completion done,
                   Clock& clock)
    : id_(id),
      request_(std::move(request)),
      done_(std::move(done)),
      clock_(clock),
      reply_(request_.max_header_bytes, request_.max_reply_bytes) {}

Transfer::~Transfer() {
    easy_.reset();
    // An idempotency key counts as a secret (R13), and a partner's credentials may stand here, too.
    for (HttpHeader& header : request_.headers)
        wipe(header.value.data(), header.value.size());
}

void Transfer::join_pins() {
    if (request_.tls == nullptr) return;
    for (const std::string& pin : request_.tls->pinned_keys) {
        if (!pins_.empty()) pins_ += ';';
        pins_ += pin;
    }
}

CURLcode Transfer::prepare(CURLSH* share) {
    easy_.reset(curl_easy_init());
    if (easy_ == nullptr) throw std::bad_alloc();
    headers_.build(request_);
    join_pins();
    if (request_.fresh_connection) {
        reply_.reserve(std::min(kReservedReplyBytes, request_.max_reply_bytes));
    }
    return set_options(*this, share);
}

int Transfer::on_point_of_no_return(void* self, char*, char*, int, int) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.clock_.now().elapsed > transfer.request_.send_before) {
        transfer.stop_ = Stop::lapsed;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer.committed_ = true;
    return CURL_PREREQFUNC_OK;
}

template <class Receive>
std::size_t Transfer::receive(std::size_t bytes, Receive&& receive) noexcept {
    // Any number but `bytes` makes libcurl give up; for an empty piece that must not be 0.
    const std::size_t give_up = bytes == 0 ? 1 : 0;
    try {
        if (receive()) return bytes;
        stop_ = Stop::too_large;
    } catch (
        const std::
            bad_alloc&) {  // the only thing that is thrown here; anything else ends in terminate (noexcept)
        stop_ = Stop::out_of_memory;
    }
    return give_up;
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count,
                                void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view line(data, size * count);
    return transfer.receive(line.size(), [&] { return transfer.reply_.header_line(line); });
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::string_view bytes(data, size * count);
    const std::size_t taken =
        transfer.receive(bytes.size(), [&] { return transfer.reply_.body_bytes(bytes); });
    // Its copy is ours now. These bytes lie in the buffer libcurl receives into, which it frees as it is; it reads no byte
    // again that it has delivered.
    wipe(data, bytes.size());
    return taken;
}

void Transfer::finish(CURLcode code) noexcept {
    long status = 0;
    if (code == CURLE_OK) curl_easy_getinfo(easy(), CURLINFO_RESPONSE_CODE, &status);
    if (stop_ != Stop::none) {
        finish_stopped();
    } else if (code != CURLE_OK) {
        finish_failed(code);
    } else if (status < 200 || !reply_.headers_complete()) {
        fail(HttpFailure::interrupted, "the connection ended before the reply's header did");
    } else if (!reply_.framed() && takes_body(status)) {
        fail(HttpFailure::interrupted, "the reply does not say where it ends");
    } else {
        easy_.reset();
        outcome_.ok = true;
        outcome_.response = reply_.take(static_cast<int>(status));
    }
}

bool Transfer::takes_body(long status) const noexcept {
    return request_.method != "HEAD" && status != 204 && status != 304;
}

void Transfer::finish_stopped() noexcept {
    switch (stop_) {
        case Stop::lapsed:
            return fail(HttpFailure::lease_lapsed, "the lease lapsed before the request was sent");
        case Stop::too_large:
            return fail(HttpFailure::reply_too_large, "the reply is larger than allowed");
        case Stop::none:
        case Stop::out_of_memory:
            return fail(HttpFailure::out_of_memory, "no memory for the reply");
    }
}

void Transfer::finish_failed(CURLcode code) noexcept {
    FailurePoint at{committed_, !reply_.headers_complete(), 0};
    curl_easy_getinfo(easy(), CURLINFO_SSL_VERIFYRESULT, &at.verify_result);
    // The library's fixed text only: its error buffer would name host and address.
    std::array<char, 160> detail{};
    std::snprintf(detail.data(), detail.size(), "curl %d: %s", static_cast<int>(code),
                  curl_easy_strerror(code));
    fail(failure_of(code, at), detail.data());
}

void Transfer::fail(HttpFailure failure, const char* detail) noexcept {
    easy_.reset();
    outcome_ = HttpOutcome{};
    reply_.take(0);  // wiped here: no prefix of a reply is handed out
    outcome_.failure = failure;
    outcome_.maybe_sent = committed_;
    try {
        outcome_.detail = detail;
    } catch (const std::bad_alloc&) {
        outcome_.detail.clear();  // the failure itself matters more than its text
    }
}

}  // namespace credit::curl

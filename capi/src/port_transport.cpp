// An app's own HTTP client.
#include <limits>

#include "capi/src/config.h"
#include "capi/src/once_table.h"
#include "capi/src/port_adapters.h"
#include "capi/src/port_calls.h"
#include "capi/src/strings.h"
#include "core/http/redact.h"
#include "platform/curl/curl_request_check.h"

namespace credit::capi {
namespace {

constexpr std::size_t kMaxReplyHeaders = 256;
constexpr std::size_t kMaxDetailBytes = 200;

HttpOutcome failed(HttpFailure failure, bool maybe_sent, std::string detail) {
    HttpOutcome outcome;
    outcome.failure = failure;
    outcome.maybe_sent = maybe_sent;
    outcome.detail = std::move(detail);
    return outcome;
}

// What the app's function reads: all strings end in NUL. The bearer lies in a buffer that is wiped, and so are the
// headers of the request at the end: an idempotency key counts as a secret (R13), and a partner's credentials may stand
// there, too.
class Outgoing {
  public:
    explicit Outgoing(HttpRequest& request) : request_(request) {
        headers_.reserve(request.headers.size() + 1);
        for (const HttpHeader& header : request.headers)
            headers_.push_back({to_c(header.name), to_c(header.value)});
        if (request.bearer != nullptr) {
            constexpr std::string_view kScheme = "Bearer ";
            authorization_.reserve(kScheme.size() + request.bearer->size());
            authorization_.append(kScheme);
            authorization_.append(request.bearer->view());
            headers_.push_back({literal("Authorization"), to_c(authorization_)});
        }
        view_.struct_size = sizeof view_;
        view_.header_count = static_cast<std::uint32_t>(headers_.size());
        view_.method = to_c(request.method);
        view_.url = to_c(request.url);
        view_.headers = headers_.data();
        view_.body = to_c(request.body);
        view_.timeout_ms = request.timeout.count;
        view_.max_reply_bytes = request.max_reply_bytes;
        // The app's client cannot know which of its repeats would be harmless (R15).
        view_.fresh_connection = curl::needs_fresh_connection(request) ? 1 : 0;
    }
    ~Outgoing() {
        for (HttpHeader& header : request_.headers)
            wipe(header.value.data(), header.value.size());
    }
    Outgoing(const Outgoing&) = delete;
    Outgoing& operator=(const Outgoing&) = delete;

    const credit_http_request* view() const noexcept { return &view_; }

  private:
    HttpRequest& request_;
    SecretBuffer authorization_;
    std::vector<credit_header> headers_;
    credit_http_request view_{};
};

// A reply the app handed over, or what is wrong with it.
HttpOutcome read_reply(const ExchangeCall& call, int32_t status, const credit_header* headers,
                       std::size_t header_count, const std::uint8_t* body, std::size_t body_size) {
    if (status < 100 || status > 599)
        return failed(HttpFailure::interrupted, true, "no HTTP status");
    if ((headers == nullptr && header_count != 0) || (body == nullptr && body_size != 0)) {
        return failed(HttpFailure::interrupted, true, "size without data");
    }
    if (body_size > call.max_reply_bytes || header_count > kMaxReplyHeaders) {
        return failed(HttpFailure::reply_too_large, true, "reply too large");
    }
    HttpOutcome outcome;
    outcome.ok = true;
    outcome.response.status = status;
    std::size_t header_bytes = 0;
    for (std::size_t i = 0; i < header_count; ++i) {
        std::string_view name;
        std::string_view value;
        if (!read_text(headers[i].name, name) || !read_text(headers[i].value, value)) {
            return failed(HttpFailure::interrupted, true, "size without data");
        }
        const bool one_fits =
            name.size() <= call.max_header_bytes && value.size() <= call.max_header_bytes;
        if (one_fits) header_bytes += name.size() + value.size();
        if (!one_fits || header_bytes > call.max_header_bytes) {
            return failed(HttpFailure::reply_too_large, true, "reply headers too large");
        }
        outcome.response.headers.push_back({std::string(name), std::string(value)});
    }
    outcome.response.body.append(std::string_view(reinterpret_cast<const char*>(body), body_size));
    return outcome;
}

HttpFailure failure_of(credit_http_failure failure) noexcept {
    const bool known = failure >= CREDIT_HTTP_RESOLVE && failure <= CREDIT_HTTP_REFUSED;
    return known ? static_cast<HttpFailure>(failure - 1)
                 : HttpFailure::interrupted;  // mirror.cpp asserts the values
}

// Ends the call with what `make` says. The call is taken first, so even a failure to make it leaves
// no second answer.
template <class Make>
void finish(const credit_http_exchange* exchange, Make make) noexcept {
    guard_void([&] {
        const std::unique_ptr<ExchangeCall> call = ExchangeTable::instance().take(exchange);
        if (call == nullptr) return;
        HttpOutcome outcome;
        const credit_code made = guard([&] {
            outcome = make(*call);
            return CREDIT_OK;
        });
        if (made != CREDIT_OK) outcome = failed(HttpFailure::out_of_memory, true, {});
        call->done(std::move(outcome));
    });
}

}  // namespace

Transport::RequestID TableTransport::start(HttpRequest request, Completion done) {
    // The same last door as libcurl's: an app's client is not to make sense of what nobody may send (R33).
    if (const char* why = curl::refusal(request)) {
        done(failed(HttpFailure::refused, false, why));
        return 0;
    }
    const Outgoing outgoing(request);
    auto call = std::make_unique<ExchangeCall>();
    call->done = std::move(done);
    call->table = table_;
    call->clock = clock_;
    call->send_before = request.send_before;
    call->max_reply_bytes = request.max_reply_bytes;
    call->max_header_bytes = request.max_header_bytes;
    credit_http_exchange* const exchange = ExchangeTable::instance().open(std::move(call));
    (*table_)->start((*table_)->context, outgoing.view(), exchange);
    return reinterpret_cast<std::uintptr_t>(exchange);
}

void TableTransport::cancel(RequestID id) {
    if (id > std::numeric_limits<std::uintptr_t>::max()) return;
    auto* const exchange = reinterpret_cast<credit_http_exchange*>(static_cast<std::uintptr_t>(id));
    const bool open = ExchangeTable::instance().look_at(exchange, false,
                                                        [](const ExchangeCall&) { return true; });
    if (open) (*table_)->cancel((*table_)->context, exchange);
}

std::uint64_t ignored_completions() noexcept {
    return ExchangeTable::instance().ignored() + ProviderTable::instance().ignored() +
           PartnerAuthTable::instance().ignored();
}

}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

int32_t credit_http_may_send(credit_http_exchange* exchange) noexcept {
    int32_t may = 0;
    guard_void([&] {
        struct Bound {
            std::shared_ptr<credit::Clock> clock;
            credit::ElapsedTime send_before;
        };
        const Bound bound = ExchangeTable::instance().look_at(
            exchange, Bound{},
            [](const ExchangeCall& call) { return Bound{call.clock, call.send_before}; });
        if (bound.clock == nullptr) return;
        const bool unbound = bound.send_before.ms == INT64_MAX;
        may = unbound || bound.clock->now().elapsed <= bound.send_before ? 1 : 0;
    });
    return may;
}

void credit_http_complete(credit_http_exchange* exchange, int32_t status,
                          const credit_header* headers, size_t header_count, const uint8_t* body,
                          size_t body_size) noexcept {
    finish(exchange, [&](const ExchangeCall& call) {
        return read_reply(call, status, headers, header_count, body, body_size);
    });
}

void credit_http_fail(credit_http_exchange* exchange, credit_http_failure failure,
                      int32_t maybe_sent, credit_str detail) noexcept {
    finish(exchange, [&](const ExchangeCall&) {
        std::string_view text;
        if (!read_text(detail, text)) text = {};
        return failed(failure_of(failure), maybe_sent != 0, credit::redact(text, kMaxDetailBytes));
    });
}

credit_code credit_config_set_transport(credit_config* config,
                                        const credit_transport* transport) noexcept {
    return set(config, "transport", [&](ConfigValues& values) {
        const auto missing = [](const credit_transport& table) -> const char* {
            if (table.start == nullptr) return "start";
            return table.cancel == nullptr ? "cancel" : nullptr;
        };
        return take_table(transport, "transport", missing, values.transport);
    });
}

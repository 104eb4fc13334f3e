// Raw bytes of a server through the real libcurl transport, over loopback. First byte: g, p or h (GET, POST, HEAD); the rest
// is what the server says before it hangs up. A reply cut short is no reply (W6), and what may have been sent is never
// called unsent (R15).
#include <signal.h>

#include <optional>
#include <string>

#include "core/platform_api/verdict.h"
#include "platform/curl/curl_engine.h"
#include "platform/memory/null_logger.h"
#include "platform/posix/posix_clock.h"
#include "tests/fuzz/support/loopback_server.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::size_t kMostBody = 512;
constexpr std::size_t kMostHeaders = 1024;

struct World {
    LoopbackServer server;
    CurlTransport transport{std::make_shared<PosixClock>(), std::make_shared<NullLogger>()};
    World() { ::signal(SIGPIPE, SIG_IGN); }
};

World& world() {
    static World* const made = new World;
    return *made;
}

HttpRequest make_request(std::uint8_t kind) {
    HttpRequest request;
    request.method = kind == 'h' ? "HEAD" : kind == 'p' ? "POST" : "GET";
    request.url = world().server.next_url();
    request.allow_http = true;
    request.fresh_connection = true;
    request.timeout = seconds(2);
    request.max_reply_bytes = kMostBody;
    request.max_header_bytes = kMostHeaders;
    request.bearer = Secret::copy_of("st_test_c4n4ryTransp0rt");
    if (kind == 'p') {
        request.headers.push_back({"Idempotency-Key", "key-1"});
        request.body.append("{}");
    }
    return request;
}

HttpOutcome exchange(std::uint8_t kind, std::string_view reply) {
    World& w = world();
    w.server.serve(reply);
    std::optional<HttpOutcome> outcome;
    int calls = 0;
    bool starting = true;
    w.transport.start(make_request(kind), [&](HttpOutcome got) {
        FUZZ_CHECK(!starting && ++calls == 1);
        outcome = std::move(got);
    });
    starting = false;
    for (int round = 0; !outcome; ++round) {
        FUZZ_CHECK(round < 20'000);
        const bool served = w.server.step();
        w.transport.wait(Millis{served || round < 8 ? 0 : 1});
    }
    w.transport.wait(Millis{0});
    FUZZ_CHECK(calls == 1);
    return std::move(*outcome);
}

// The bytes stand in the reply in this order: nothing was made up.
bool is_within(std::string_view part, std::string_view whole) {
    std::size_t at = 0;
    for (const char c : part) {
        at = whole.find(c, at);
        if (at == whole.npos) return false;
        ++at;
    }
    return true;
}

// What one plain reply with one Content-Length says: how long the body is.
std::optional<std::size_t> plain_length(const std::string& lower, std::size_t head) {
    if (!lower.starts_with("http/1.1 200 ok\r\n")) return std::nullopt;
    const std::string headers = lower.substr(0, head);
    // libcurl also takes a bare LF for the end of a line; that is no plain reply.
    for (std::size_t i = headers.find('\n'); i != std::string::npos;
         i = headers.find('\n', i + 1)) {
        if (headers[i - 1] != '\r') return std::nullopt;
    }
    constexpr std::string_view kName = "\r\ncontent-length: ";
    const std::size_t at = headers.find(kName);
    if (at == std::string::npos || headers.find("content-length", at + 4) != std::string::npos) {
        return std::nullopt;
    }
    if (headers.find("encoding") != std::string::npos) return std::nullopt;
    const std::size_t from = at + kName.size();
    const std::size_t end = headers.find("\r\n", from);
    const std::string digits = headers.substr(from, end - from);
    if (digits.empty() || digits.size() > 6) return std::nullopt;
    if (digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
    return static_cast<std::size_t>(leading_number(digits));
}

void check_plain(std::uint8_t kind, const HttpOutcome& outcome, std::string_view reply) {
    std::string lower(reply);
    for (char& c : lower)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    const std::size_t head = lower.find("\r\n\r\n");
    if (head == std::string::npos || kind == 'h') return;
    const auto length = plain_length(lower, head + 2);
    if (!length || !outcome.ok) return;
    FUZZ_CHECK(reply.size() - head - 4 >= *length);
    FUZZ_CHECK(outcome.response.body.view() == reply.substr(head + 4, *length));
}

void check_complete(std::uint8_t kind, const HttpOutcome& outcome, std::string_view reply) {
    const HttpResponse& response = outcome.response;
    FUZZ_CHECK(response.status >= 200 && response.status <= 999);
    FUZZ_CHECK(response.body.size() <= kMostBody && is_within(response.body.view(), reply));
    FUZZ_CHECK(kind != 'h' || response.body.empty());
    std::size_t bytes = 0;
    for (const HttpHeader& header : response.headers) {
        bytes += header.name.size() + header.value.size();
        for (const std::string* text : {&header.name, &header.value})
            FUZZ_CHECK(text->find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
    }
    FUZZ_CHECK(bytes <= kMostHeaders);
    // Only what says where it ends can be told from what was cut.
    const bool framed = response.header("Content-Length") != nullptr ||
                        response.header("Transfer-Encoding") != nullptr;
    FUZZ_CHECK(framed || response.body.empty());
}

}  // namespace

CREDIT_FUZZ_TARGET(transport_reply) {
    Input in(input);
    const std::uint8_t kind = in.byte();
    const HttpOutcome outcome = exchange(kind, in.rest());
    if (world().server.got_request() && !outcome.ok) FUZZ_CHECK(outcome.maybe_sent);
    FUZZ_CHECK(!shows_token(outcome.detail));
    if (outcome.ok) {
        FUZZ_CHECK(world().server.got_request());
        check_complete(kind, outcome, in.rest());
    }
    check_plain(kind, outcome, in.rest());
    const RefreshAnswer answer = judge_refresh(outcome, {});
    FUZZ_CHECK(answer.kind != AnswerKind::issued || outcome.ok);
    if (answer.kind != AnswerKind::issued) check_error(answer.error);
}

}  // namespace credit::fuzz

#include "tests/fuzz/support/capi_platform.h"

#include <time.h>

#include <array>
#include <cstdio>
#include <ctime>

#include "tests/fuzz/support/check.h"

namespace credit::fuzz {
namespace {

constexpr std::int64_t kLifeMs = 1'800'000;
constexpr std::int64_t kRefreshLifeMs = 604'800'000;

std::string quoted(const std::string& text) {
    return '"' + text + '"';
}

std::string iso(std::int64_t ms) {
    const std::time_t seconds = ms / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text.data(), size};
}

std::string pair_fields(const std::string& session, const std::string& refresh, std::int64_t now) {
    return R"("sessionToken":)" + quoted(session) + R"(,"refreshToken":)" + quoted(refresh) +
           R"(,"sessionExpiresAt":)" + quoted(iso(now + kLifeMs)) + R"(,"refreshExpiresAt":)" +
           quoted(iso(now + kRefreshLifeMs));
}

}  // namespace

void CapiPlatform::rotate(Family& family) {
    const std::string number = std::to_string(++serial_);
    family.session_token = "st_test_session_aaaaaaaa_" + number;
    family.refresh_token = "rt_test_refresh_bbbbbbbb_" + number;
    family.all_session_tokens.insert(family.session_token);
    secrets_.insert(family.session_token);
    secrets_.insert(family.refresh_token);
}

std::string CapiPlatform::mint(const std::string& borrower, std::int64_t wall_ms) {
    Family& family = families_[borrower];
    // Whoever still holds the former pair is told so by the platform.
    if (!family.refresh_token.empty()) mortal_.insert(borrower);
    rotate(family);
    return "{" + pair_fields(family.session_token, family.refresh_token, wall_ms) +
           R"(,"borrowerID":"id-1","borrowerExternalID":)" + quoted(borrower) +
           R"(,"activeJourney":null,"timestamp":)" + quoted(iso(wall_ms)) + "}";
}

void CapiPlatform::revoke(const std::string& borrower) {
    mortal_.insert(borrower);
    families_[borrower].session_token.clear();
    families_[borrower].refresh_token.clear();
}

bool CapiPlatform::issued(const std::string& borrower, std::string_view session_token) const {
    const auto family = families_.find(borrower);
    return family != families_.end() &&
           family->second.all_session_tokens.count(std::string(session_token)) != 0;
}

std::string CapiPlatform::envelope(const std::string& data, const std::string& correlation,
                                   std::int64_t wall_ms) {
    return R"({"requestID":"req_)" + std::to_string(++serial_) + R"(","correlationID":)" +
           quoted(correlation) + R"(,"timestamp":)" + quoted(iso(wall_ms)) + R"(,"data":)" + data +
           R"(,"error":null})";
}

WireReply CapiPlatform::refusal(int status, const char* code, const std::string& correlation_id) {
    return {status, R"({"requestID":"req_)" + std::to_string(++serial_) + R"(","correlationID":)" +
                        quoted(correlation_id) +
                        R"(,"timestamp":"2026-03-05T16:10:10Z","data":null,"error":{"code":)" +
                        quoted(code) + R"(,"message":"no","retryable":false,"details":{}}})"};
}

WireReply CapiPlatform::refresh(const WireRequest& request, std::int64_t wall_ms) {
    FUZZ_CHECK(request.bearer.starts_with("rt_test_"));
    FUZZ_CHECK(!request.idempotency_key.empty() && !request.correlation_id.empty());
    secrets_.insert(request.idempotency_key);
    // One token, one key: a retry is the same request (R13, reliability I3).
    const auto first = key_of_.emplace(request.bearer, request.idempotency_key);
    FUZZ_CHECK(first.first->second == request.idempotency_key);
    const auto kept = replies_.find(request.idempotency_key);
    if (kept != replies_.end()) return {200, kept->second};
    for (auto& [borrower, family] : families_) {
        if (family.refresh_token != request.bearer) continue;
        rotate(family);
        const std::string data =
            "{" + pair_fields(family.session_token, family.refresh_token, wall_ms) + "}";
        const std::string body = envelope(data, request.correlation_id, wall_ms);
        replies_[request.idempotency_key] = body;
        return {200, body};
    }
    return refusal(401, "AUTH_INVALID_SESSION", request.correlation_id);
}

WireReply CapiPlatform::answer(const WireRequest& request, std::int64_t wall_ms) {
    // The bearer goes to the configured origin and nowhere else (R33).
    FUZZ_CHECK(request.url.starts_with("https://platform.example.com/"));
    FUZZ_CHECK(request.url.find("_test_") == std::string::npos);
    if (request.url.ends_with("/sessions/refresh")) return refresh(request, wall_ms);
    FUZZ_CHECK(request.bearer.starts_with("st_test_"));
    if (request.method != "GET") FUZZ_CHECK(!request.idempotency_key.empty());
    for (const auto& [borrower, family] : families_) {
        if (!family.session_token.empty() && family.session_token == request.bearer) {
            const std::string journey =
                R"({"journeyID":"j-1","status":"REVIEW","nextAction":null})";
            return {200, envelope(journey, request.correlation_id, wall_ms)};
        }
    }
    return refusal(401, "AUTH_INVALID_SESSION", request.correlation_id);
}

}  // namespace credit::fuzz

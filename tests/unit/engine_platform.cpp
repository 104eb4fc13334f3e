// The platform and the partner that the engine's tests talk to.
#include <utility>

#include "tests/unit/engine_world.h"

namespace credit::test {
namespace {

std::string in_quotes(const std::string& text) {
    return '"' + text + '"';
}

}  // namespace

void FakePlatform::next(const std::string& path, HttpOutcome (*make)()) {
    next(path, [make](const HttpRequest&) { return std::optional<HttpOutcome>(make()); });
}

void FakePlatform::mint() {
    const std::string number = std::to_string(++serial_);
    session_token = "st_test_session_" + std::string(20, 'a') + number;
    refresh_token = "rt_test_refresh_" + std::string(20, 'b') + number;
    secrets.push_back(session_token);
    secrets.push_back(refresh_token);
}

std::string FakePlatform::pair_fields(bool with_refresh_token) {
    const std::int64_t now = clock_->now().wall.ms;
    std::string out = R"("sessionToken":)" + in_quotes(session_token) + R"(,"sessionExpiresAt":)" +
                      in_quotes(iso_time(now + life_ms));
    if (with_refresh_token) {
        out += R"(,"refreshToken":)" + in_quotes(refresh_token) + R"(,"refreshExpiresAt":)" +
               in_quotes(iso_time(now + 604'800'000));
    }
    return out;
}

std::string FakePlatform::flat(const std::string& borrower, bool with_refresh_token) {
    mint();
    ++minted;
    return "{" + pair_fields(with_refresh_token) + R"(,"borrowerID":"id-1","borrowerExternalID":)" +
           in_quotes(borrower) + R"(,"activeJourney":{"journeyID":)" + in_quotes(journey_id) +
           R"(,"status":"IN_PROGRESS","nextAction":null},"timestamp":)" +
           in_quotes(iso_time(clock_->now().wall.ms)) + "}";
}

std::string FakePlatform::envelope(const std::string& data, const std::string& correlation_id) {
    return R"({"requestID":"req_)" + std::to_string(++serial_) + R"(","correlationID":)" +
           in_quotes(correlation_id) + R"(,"timestamp":)" +
           in_quotes(iso_time(clock_->now().wall.ms)) + R"(,"data":)" + data + R"(,"error":null})";
}

HttpOutcome FakePlatform::refresh(const HttpRequest& request, bool with_refresh_token) {
    const std::string key = header_of(request, "Idempotency-Key");
    const std::string correlation = header_of(request, "X-Correlation-ID");
    const auto kept = kept_.find(key);
    if (kept != kept_.end()) {
        ++replays;
        return reply(200, kept->second);
    }
    const bool by_body = request.body.view().find(refresh_token) != std::string_view::npos;
    const bool known =
        !with_refresh_token || by_body || view_or_empty(request.bearer) == refresh_token;
    if (!known) return reply(401, error_body("AUTH_INVALID_SESSION", correlation));
    mint();
    ++rotations;
    const std::string body = with_refresh_token
                                 ? envelope("{" + pair_fields(true) + "}", correlation)
                                 : "{" + pair_fields(false) +
                                       R"(,"borrowerExternalID":"borrower-1","timestamp":)" +
                                       in_quotes(iso_time(clock_->now().wall.ms)) + "}";
    kept_[key] = body;
    return reply(200, body);
}

std::optional<HttpOutcome> FakePlatform::answer(const HttpRequest& request) {
    for (auto it = overrides_.begin(); it != overrides_.end(); ++it) {
        if (!request.url.ends_with(it->path)) continue;
        const Override override = std::move(it->override);
        overrides_.erase(it);
        return override(request);
    }
    if (request.url.ends_with("/headless/sessions/refresh")) return refresh(request, true);
    if (request.url.ends_with("/credit/session/refresh")) return refresh(request, !backend_managed);
    if (request.url.ends_with("/credit/session"))
        return reply(200, flat("borrower-1", !backend_managed));
    const std::string correlation = header_of(request, "X-Correlation-ID");
    if (view_or_empty(request.bearer) != session_token) {
        return reply(401, error_body("AUTH_INVALID_SESSION", correlation));
    }
    return reply(200, envelope(R"({"journeyID":)" + in_quotes(journey_id) +
                                   R"(,"status":"REVIEW","nextAction":"SIGN"})",
                               correlation));
}

}  // namespace credit::test

// Replies as the contract documents them, and the pieces tests build others from.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "core/ports/transport.h"

namespace credit::samples {

inline SecretBuffer body(std::string_view text) {
    SecretBuffer out;
    out.append(text);
    return out;
}

inline constexpr std::string_view kCorrelation = "corr-1";

// {"requestID":..., "error":null, "data": <data>}
inline std::string success(std::string_view data) {
    std::string out =
        R"({"requestID":"req_01JABC123","correlationID":"corr-1","timestamp":"2026-03-05T10:00:00.000Z","data":)";
    return out.append(data).append(R"(,"error":null})");
}

inline constexpr std::string_view kPair =
    R"({"sessionToken":"st_test_1","refreshToken":"rt_test_1","sessionExpiresAt":"2026-03-05T10:30:00.000Z",)"
    R"("refreshExpiresAt":"2026-03-12T10:00:00.000Z"})";

// The partner's flat shape.
inline constexpr std::string_view kFlat =
    R"({"borrowerID":"b-1","borrowerExternalID":"BORROWER-123","sessionToken":"st_test_1","refreshToken":"rt_test_1",)"
    R"("sessionExpiresAt":"2026-03-05T10:30:00.000Z","refreshExpiresAt":"2026-03-12T10:00:00.000Z",)"
    R"("activeJourney":{"journeyID":"j-1","status":"OFFERS_READY","nextAction":null}})";

// `extra` goes into the error object: ,"retryable":true
inline std::string failure(std::string_view code, std::string_view extra = "",
                           std::string_view correlation = R"("corr-1")") {
    std::string out = R"({"requestID":"req_9","correlationID":)";
    out.append(correlation)
        .append(R"(,"timestamp":"2026-03-05T10:00:00Z","data":null,"error":{"code":")");
    return out.append(code).append(R"(","message":"told so")").append(extra).append("}}");
}

inline std::string partner_failure(std::string_view details) {
    std::string out = R"({"error":"Platform session bootstrap failed.","details":)";
    return out.append(details).append("}");
}

inline HttpOutcome reply(int status, std::string_view text, std::vector<HttpHeader> headers = {}) {
    HttpOutcome outcome;
    outcome.ok = true;
    outcome.response.status = status;
    outcome.response.headers = std::move(headers);
    outcome.response.body = body(text);
    return outcome;
}

inline HttpOutcome no_reply(HttpFailure failure, bool maybe_sent = true, std::string detail = "") {
    HttpOutcome outcome;
    outcome.failure = failure;
    outcome.maybe_sent = maybe_sent;
    outcome.detail = std::move(detail);
    return outcome;
}

}  // namespace credit::samples

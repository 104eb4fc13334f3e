// The platform's and the partner's words, as bytes on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credit::sim {

struct WireReply {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    int issued = -1;       // the pair in it, as long as it is whole
    bool verdict = false;  // says that the refresh token is over
};

struct PairTimes {
    std::int64_t now_ms = 0;  // by the server's clock
    std::int64_t session_ends_ms = 0;
    std::int64_t refresh_ends_ms = 0;
};

std::string iso_time(std::int64_t epoch_ms);
std::string http_date(std::int64_t epoch_ms);  // "Sun, 06 Nov 1994 08:49:37 GMT"
// The pair's members, comma separated; `refresh` < 0: without the refresh token.
std::string pair_members(int pair, int refresh, const PairTimes& times);
std::string envelope(std::string_view data, std::string_view correlation, std::int64_t now_ms,
                     int request);
std::string error_envelope(std::string_view code, std::string_view correlation, bool retryable,
                           std::int64_t now_ms, int request);
// What a partner's session route answers.
std::string flat_session(int pair, const PairTimes& times, std::string_view borrower,
                         std::string_view journey);
// A platform's error on its way through a partner.
std::string partner_error(std::string_view details);

}  // namespace credit::sim

#include "tests/sim/bodies.h"

#include <cstdio>

#include "tests/sim/ledger.h"

namespace credit::sim {
namespace {

struct Date {
    int year;
    unsigned month;
    unsigned day;
};

// Days since 1970-01-01 as a date, by arithmetic on years that begin in March.
Date date_of(std::int64_t days) {
    days += 719'468;
    const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
    const auto of_era = static_cast<unsigned>(days - era * 146'097);
    const unsigned year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    const unsigned month = (5 * of_year + 2) / 153;
    const unsigned day = of_year - (153 * month + 2) / 5 + 1;
    const unsigned civil = month < 10 ? month + 3 : month - 9;
    return {static_cast<int>(year + era * 400) + (civil <= 2 ? 1 : 0), civil, day};
}

void member(std::string& out, std::string_view name, std::string_view value) {
    if (!out.empty() && out.back() != '{') out += ',';
    out.append("\"").append(name).append("\":\"").append(value).append("\"");
}

std::string request_id(int request) {
    return "req_" + std::to_string(request);
}

}  // namespace

std::string iso_time(std::int64_t epoch_ms) {
    std::int64_t days = epoch_ms / 86'400'000;
    std::int64_t rest = epoch_ms % 86'400'000;
    if (rest < 0) {
        rest += 86'400'000;
        --days;
    }
    const Date date = date_of(days);
    char text[48];
    const int size = std::snprintf(
        text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", date.year, date.month, date.day,
        static_cast<int>(rest / 3'600'000), static_cast<int>(rest / 60'000 % 60),
        static_cast<int>(rest / 1000 % 60), static_cast<int>(rest % 1000));
    return {text, static_cast<std::size_t>(size)};
}

std::string http_date(std::int64_t epoch_ms) {
    constexpr const char* kDays[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::int64_t seconds = epoch_ms / 1000;  // the simulated platform lives after 1970
    const std::int64_t days = seconds / 86'400;
    const int rest = static_cast<int>(seconds % 86'400);
    const Date date = date_of(days);
    char text[64];
    const int size = std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                                   kDays[days % 7], date.day, kMonths[date.month - 1], date.year,
                                   rest / 3600, rest / 60 % 60, rest % 60);
    return {text, static_cast<std::size_t>(size)};
}

std::string pair_members(int pair, int refresh, const PairTimes& times) {
    std::string out;
    out.reserve(256);
    member(out, "sessionToken", Ledger::session_token(pair));
    member(out, "sessionExpiresAt", iso_time(times.session_ends_ms));
    if (refresh >= 0) {
        member(out, "refreshToken", Ledger::refresh_token(refresh));
        member(out, "refreshExpiresAt", iso_time(times.refresh_ends_ms));
    }
    return out;
}

std::string envelope(std::string_view data, std::string_view correlation, std::int64_t now_ms,
                     int request) {
    std::string out = "{";
    out.reserve(384);
    member(out, "requestID", request_id(request));
    member(out, "correlationID", correlation);
    member(out, "timestamp", iso_time(now_ms));
    return out.append(",\"data\":").append(data).append(",\"error\":null}");
}

std::string error_envelope(std::string_view code, std::string_view correlation, bool retryable,
                           std::int64_t now_ms, int request) {
    std::string out = "{";
    member(out, "requestID", request_id(request));
    member(out, "correlationID", correlation);
    member(out, "timestamp", iso_time(now_ms));
    out += ",\"data\":null,\"error\":{";
    member(out, "code", code);
    member(out, "message", "simulated");
    return out.append(",\"retryable\":")
        .append(retryable ? "true" : "false")
        .append(",\"details\":{}}}");
}

std::string flat_session(int pair, const PairTimes& times, std::string_view borrower,
                         std::string_view journey) {
    std::string out = "{" + pair_members(pair, pair, times);
    member(out, "borrowerID", "id-1");
    member(out, "borrowerExternalID", borrower);
    member(out, "timestamp", iso_time(times.now_ms));
    out += ",\"activeJourney\":{";
    member(out, "journeyID", journey);
    return out + R"(,"status":"IN_PROGRESS","nextAction":null}})";
}

std::string partner_error(std::string_view details) {
    return std::string(R"({"error":"the platform refused","details":)").append(details).append("}");
}

}  // namespace credit::sim

#include "server_kit/access_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cctype>

namespace credit::kit {

namespace {

bool is_token_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// The length of a token's mark ("sk_test_", "rt_live_", ...) at the head of `text`, 0 if none.
std::size_t token_mark(std::string_view text) {
    static constexpr std::array<std::string_view, 5> kinds = {"sk_", "st_", "rt_", "bt_", "jrt_"};
    for (const auto kind : kinds) {
        if (text.substr(0, kind.size()) != kind) continue;
        const auto rest = text.substr(kind.size(), 5);
        if (rest == "test_" || rest == "live_") return kind.size() + 5;
    }
    return 0;
}

std::string or_dash(std::string_view text) {
    return text.empty() ? "-" : redact(text);
}

}  // namespace

void start_log(const std::string& program) {
    auto logger = spdlog::stderr_logger_mt(program);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %n %l %v");
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

std::string redact(std::string_view text) {
    std::string clean;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto mark = token_mark(text.substr(at)); mark != 0) {
            clean += "[redacted]";
            at += mark;
            while (at < text.size() && is_token_char(text[at]))
                ++at;
            continue;
        }
        const char c = text[at++];
        clean += (c >= ' ' && c <= '~') ? c : '?';
    }
    return clean;
}

void log_request(std::string_view method, std::string_view path, int status,
                 std::string_view request_id, std::string_view correlation_id,
                 std::string_view journey_id, std::int64_t ms) {
    spdlog::info("{} {} {} requestID={} correlationID={} journeyID={} {}ms", redact(method),
                 redact(path.substr(0, path.find('?'))), status, or_dash(request_id),
                 or_dash(correlation_id), or_dash(journey_id), ms);
}

}  // namespace credit::kit

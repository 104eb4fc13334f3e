#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace credit::kit {

// Sends the log of the program to standard error, one line an event. Call it once in main.
void start_log(const std::string& program);

// Cuts out what looks like a key or a token (sk_test_..., rt_live_...) and every byte that is not
// visible ASCII or a space, so that no caller can write a secret or a line of its own into the log.
std::string redact(std::string_view text);

// One line for one request. The query of `path` is left out; ids that are not known are empty.
void log_request(std::string_view method, std::string_view path, int status,
                 std::string_view request_id, std::string_view correlation_id,
                 std::string_view journey_id, std::int64_t ms);

}  // namespace credit::kit

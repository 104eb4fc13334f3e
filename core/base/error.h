// What went wrong, for a person and for a program. Never holds a secret (R40).
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "core/base/code.h"

namespace credit {

struct Error {
    Code code = Code::internal;
    std::string message;        // names the field at fault; wording is not a contract
    std::string platform_code;  // the platform's error.code as received, or empty
    int http_status = 0;        // 0: no reply
    std::string request_id;
    std::string correlation_id;
    std::int64_t retry_after_ms = -1;  // -1: the server gave no hint

    Error() = default;
    Error(Code c, std::string text) : code(c), message(std::move(text)) {}
};

}  // namespace credit

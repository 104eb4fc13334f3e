#pragma once

#include <string_view>

namespace credit {

enum class LogLevel { debug = 0, info = 1, warning = 2, error = 3 };

// Receives redacted lines (R40). Thread-safe; must not call back into the SDK.
class Logger {
  public:
    virtual ~Logger() = default;
    virtual void log(LogLevel level, std::string_view line) noexcept = 0;
};

}  // namespace credit

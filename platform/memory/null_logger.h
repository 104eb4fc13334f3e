// For those who want no log.
#pragma once

#include "core/ports/logger.h"

namespace credit {

class NullLogger : public Logger {
  public:
    void log(LogLevel, std::string_view) noexcept override {}
};

}  // namespace credit

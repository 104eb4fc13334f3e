#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "capi/src/strings.h"

namespace credit::capi {

// A line that cannot be copied for want of memory is lost, nothing else.
void TableLogger::log(LogLevel level, std::string_view line) noexcept {
    guard_void([&] {
        const std::string text(line);
        (*table_)->log((*table_)->context, static_cast<credit_log_level>(level), to_c(text));
    });
}

}  // namespace credit::capi

credit_code credit_config_set_logger(credit_config* config, const credit_logger* logger) noexcept {
    using namespace credit::capi;
    return set(config, "logger", [&](ConfigValues& values) {
        const auto missing = [](const credit_logger& table) {
            return table.log == nullptr ? "log" : nullptr;
        };
        return take_table(logger, "logger", missing, values.logger);
    });
}

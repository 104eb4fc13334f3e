#include "capi/src/config.h"
#include "capi/src/port_adapters.h"

namespace credit::capi {

std::uint64_t TableBackground::begin() noexcept {
    return (*table_)->begin((*table_)->context);
}

void TableBackground::end(std::uint64_t handle) noexcept {
    (*table_)->end((*table_)->context, handle);
}

}  // namespace credit::capi

credit_code credit_config_set_background(credit_config* config,
                                         const credit_background* background) noexcept {
    using namespace credit::capi;
    return set(config, "background", [&](ConfigValues& values) {
        const auto missing = [](const credit_background& table) -> const char* {
            if (table.begin == nullptr) return "begin";
            return table.end == nullptr ? "end" : nullptr;
        };
        return take_table(background, "background", missing, values.background);
    });
}

#include "capi/src/config.h"
#include "capi/src/port_adapters.h"

namespace credit::capi {

Now TableClock::now() noexcept {
    credit_now read{};
    read.struct_size = sizeof read;
    (*table_)->now((*table_)->context, &read);
    return {WallTime{read.wall_ms}, ElapsedTime{read.elapsed_ms}, BootID{read.boot_id}};
}

}  // namespace credit::capi

credit_code credit_config_set_clock(credit_config* config, const credit_clock* clock) noexcept {
    using namespace credit::capi;
    return set(config, "clock", [&](ConfigValues& values) {
        const auto missing = [](const credit_clock& table) {
            return table.now == nullptr ? "now" : nullptr;
        };
        return take_table(clock, "clock", missing, values.clock);
    });
}

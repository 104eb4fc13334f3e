#include <algorithm>

#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "capi/src/store_answers.h"

namespace credit::capi {

StoreResult TableSealingKey::fetch(SecretRef& key) {
    auto fetched = std::make_shared<Secret>(kBytes);
    char* const bytes = fetched->writable();
    const credit_store_answer said =
        (*table_)->fetch((*table_)->context, reinterpret_cast<std::uint8_t*>(bytes));
    const std::optional<StoreAnswer> answer = answer_of(said);
    if (!answer || *answer == StoreAnswer::done)
        return broken_contract("sealing_key.fetch gave no valid answer");
    if (*answer != StoreAnswer::present) return {*answer, "sealing_key.fetch"};
    if (std::all_of(bytes, bytes + kBytes, [](char byte) { return byte == 0; })) {
        return broken_contract("sealing_key.fetch wrote no key");
    }
    key = std::move(fetched);
    return {StoreAnswer::present, {}};
}

}  // namespace credit::capi

credit_code credit_config_set_sealing_key(credit_config* config,
                                          const credit_sealing_key* key) noexcept {
    using namespace credit::capi;
    return set(config, "sealing_key", [&](ConfigValues& values) {
        const auto missing = [](const credit_sealing_key& table) {
            return table.fetch == nullptr ? "fetch" : nullptr;
        };
        return take_table(key, "sealing_key", missing, values.sealing_key);
    });
}

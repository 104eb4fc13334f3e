#include "sandbox/webhook_attempts.h"

namespace credit::sandbox {

nlohmann::json webhook_attempts(kit::Database& database, std::int64_t delivery,
                                std::int64_t limit) {
    auto query = database.prepare(
        "SELECT at_ms, status, error, took_ms, fault FROM webhook_attempts WHERE delivery_id = ? "
        "ORDER BY id DESC LIMIT ?");
    query.bind(1, delivery).bind(2, limit);
    nlohmann::json list = nlohmann::json::array();
    while (query.step()) {
        list.push_back({{"at_ms", query.integer(0)},
                        {"status", query.integer(1)},
                        {"error", query.text(2)},
                        {"took_ms", query.integer(3)},
                        {"fault", query.text(4)}});
    }
    return list;
}

}  // namespace credit::sandbox

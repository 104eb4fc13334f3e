#include "sandbox/inspector_data.h"

#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

// One look at the table instead of one for each counter.
Json counters(kit::Database& database) {
    auto query = database.prepare(
        "SELECT count(*), ifnull(sum(effect = 'rotation'), 0), ifnull(sum(effect = 'replay'), 0), "
        "ifnull(sum(effect = 'reuse'), 0), ifnull(sum(status = 401), 0), "
        "ifnull(sum(fault IS NOT NULL), 0) FROM requests");
    query.step();
    Json json;
    json["requests"] = query.integer(0);
    json["rotations"] = query.integer(1);
    json["replays"] = query.integer(2);
    json["reuses"] = query.integer(3);
    json["unauthorized"] = query.integer(4);
    json["faulted"] = query.integer(5);
    auto webhooks =
        database.prepare("SELECT count(*) FROM webhook_deliveries WHERE state = 'pending'");
    webhooks.step();
    json["webhooks_pending"] = webhooks.integer(0);
    return json;
}

std::int64_t changes_so_far(kit::Database& database) {
    auto query = database.prepare("SELECT total_changes()");
    query.step();
    return query.integer(0);
}

}  // namespace

std::string InspectorData::version(const std::string& view, const InspectorPage& page) {
    std::int64_t changes = 0;
    {
        const std::lock_guard lock(sandbox_.store.mutex());
        changes = changes_so_far(sandbox_.store.database());
    }
    const std::string all =
        view + '\n' + std::to_string(page.before) + '\n' + page.search + '\n' + page.correlation +
        '\n' + std::to_string(changes) + '\n' + std::to_string(timings_.version()) + '\n' +
        std::to_string(sandbox_.clock.offset_ms()) + '\n' + std::to_string(sandbox_.holds.held()) +
        '\n' + to_json(sandbox_.settings.get()).dump() + sandbox_.faults.list().dump() +
        webhook_faults_.list().dump();
    return kit::sha256_hex(all).substr(0, 32);
}

Json InspectorData::answer(const std::string& view, const InspectorPage& page) {
    Json json = summary();
    const std::lock_guard lock(sandbox_.store.mutex());
    kit::Database& database = sandbox_.store.database();
    json["counters"] = counters(database);
    json["view"] = view;
    if (view == "requests") {
        json["items"] = request_view(database, timings_, page);
        json["page_size"] = request_page_size;
    } else if (view == "sessions") {
        json["items"] = session_view(database, page);
        json["page_size"] = session_page_size;
    } else if (view == "journeys" || view == "hosted" || view == "webhooks") {
        json["items"] = view == "journeys" ? journey_view(database, page)
                        : view == "hosted" ? hosted_view(database, page)
                                           : webhook_view(database, page);
        json["page_size"] = other_page_size;
    } else {
        throw std::out_of_range("view must be requests, sessions, journeys, hosted or webhooks");
    }
    return json;
}

Json InspectorData::summary() {
    Json json;
    json["environment"] = sandbox_.environment;
    json["now_ms"] = sandbox_.clock.now_ms();
    json["clock_offset_ms"] = sandbox_.clock.offset_ms();
    json["settings"] = to_json(sandbox_.settings.get());
    json["faults"] = sandbox_.faults.list();
    json["webhook_faults"] = webhook_faults_.list();
    json["held"] = sandbox_.holds.held();
    return json;
}

}  // namespace credit::sandbox

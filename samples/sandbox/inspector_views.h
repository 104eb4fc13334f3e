#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/inspector_timings.h"
#include "server_kit/sqlite.h"

namespace credit::sandbox {

// One page of a list, newest first. Nothing in it is a secret: tokens and keys appear as the first
// ten hex digits of their SHA-256. The caller holds the mutex of the store.
struct InspectorPage {
    std::int64_t before = 0;  // entries older than this one; 0 for the newest
    std::string search;       // part of an id or a path, or a whole borrower id; empty for all
    std::string correlation;  // of this correlation id only; empty for all
};

using InspectorList = nlohmann::ordered_json;

InspectorList request_view(kit::Database& database, const InspectorTimings& timings,
                           const InspectorPage& page);
InspectorList session_view(kit::Database& database, const InspectorPage& page);
InspectorList journey_view(kit::Database& database, const InspectorPage& page);
InspectorList hosted_view(kit::Database& database, const InspectorPage& page);
InspectorList webhook_view(kit::Database& database, const InspectorPage& page);

// How many entries a page of the list has at most.
constexpr std::int64_t request_page_size = 100;
constexpr std::int64_t session_page_size = 20;
constexpr std::int64_t other_page_size = 50;

std::string fingerprint(const std::string& secret);

}  // namespace credit::sandbox

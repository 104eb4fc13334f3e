#include "sandbox/call.h"

#include <string_view>

namespace credit::sandbox {

namespace {

constexpr std::string_view base = "/api/v1/headless";

void found(Call& call, Route route, const char* allowed) {
    call.route = route;
    call.allowed_methods = allowed;
}

void find_journey_route(Call& call, std::string_view rest) {
    const auto slash = rest.find('/');
    const std::string_view tail = slash == rest.npos ? "" : rest.substr(slash);
    if (rest.empty() || slash == 0) return;
    if (tail.empty()) found(call, Route::journey, "GET");
    if (tail == "/state") found(call, Route::journey_state, "GET");
    if (call.route != Route::unknown) call.journey_id = rest.substr(0, slash);
}

}  // namespace

std::string route_name(Route route) {
    switch (route) {
        case Route::sessions:
            return "sessions";
        case Route::refresh:
            return "refresh";
        case Route::journeys:
        case Route::journey:
        case Route::journey_state:
            return "journeys";
        case Route::unknown:
            break;
    }
    return "unknown";
}

void find_route(Call& call) {
    const std::string_view path = call.path;
    if (path.substr(0, base.size()) != base) return;
    const std::string_view rest = path.substr(base.size());
    constexpr std::string_view journeys = "/journeys/";
    if (rest == "/sessions") {
        found(call, Route::sessions, "POST");
    } else if (rest == "/sessions/refresh") {
        found(call, Route::refresh, "POST");
    } else if (rest == "/journeys") {
        found(call, Route::journeys, "GET, POST");
    } else if (rest.substr(0, journeys.size()) == journeys) {
        find_journey_route(call, rest.substr(journeys.size()));
    }
}

std::optional<std::string> bearer(const Call& call) {
    constexpr std::string_view scheme = "bearer ";
    if (!call.authorization || call.authorization->size() <= scheme.size()) return std::nullopt;
    for (std::size_t i = 0; i < scheme.size(); ++i) {
        // The scheme's name is case-insensitive; | 0x20 leaves the space as it is.
        if (((*call.authorization)[i] | 0x20) != scheme[i]) return std::nullopt;
    }
    return call.authorization->substr(scheme.size());
}

}  // namespace credit::sandbox

#include "sandbox/call.h"

namespace credit::sandbox {

std::string route_name(Route route) {
    switch (route) {
        case Route::sessions:
            return "sessions";
        case Route::refresh:
            return "refresh";
        case Route::not_simulated_backend:
        case Route::unknown:
            return "unknown";
        default:
            return "journeys";
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

#pragma once

#include <atomic>
#include <optional>
#include <string_view>

namespace credit::partner {

// Who holds the refresh token: the app, or this server (the app then sees session tokens only).
enum class RefreshMode { client, backend };

// The public page's flat reply exactly, or with the platform's `timestamp` added, which lets an app
// with a wrong clock compute how long the token lives.
enum class Shape { exact, timestamp };

// What a test may switch while the server runs.
struct Settings {
    std::atomic<RefreshMode> refresh_mode{RefreshMode::client};
    std::atomic<Shape> shape{Shape::timestamp};
    std::atomic<bool> platform_configured{true};
};

inline std::optional<RefreshMode> refresh_mode_named(std::string_view name) {
    if (name == "client") return RefreshMode::client;
    if (name == "backend") return RefreshMode::backend;
    return std::nullopt;
}

inline std::optional<Shape> shape_named(std::string_view name) {
    if (name == "public") return Shape::exact;
    if (name == "timestamp") return Shape::timestamp;
    return std::nullopt;
}

}  // namespace credit::partner

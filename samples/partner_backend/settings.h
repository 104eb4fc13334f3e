#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

namespace credit::partner {

// Which of the platform's environments a process works for. One process, one environment: keys,
// store, allow-list and webhook secrets of the two never meet.
enum class Environment { test, live };

inline std::string name_of(Environment environment) {
    return environment == Environment::test ? "test" : "live";
}

// Who holds the refresh token: the app, or this server (the app then sees session tokens only).
enum class RefreshMode { client, backend };

// The public page's flat reply exactly, or with the platform's `timestamp` added, which lets an app
// with a wrong clock compute how long the token lives.
enum class Shape { exact, timestamp };

// What a test may switch while the server runs.
struct Settings {
    struct Initial {
        Environment environment = Environment::test;
        RefreshMode refresh_mode = RefreshMode::client;
        Shape shape = Shape::timestamp;
    };
    explicit Settings(const Initial& initial)
        : environment(initial.environment),
          refresh_mode(initial.refresh_mode),
          shape(initial.shape) {}

    const Environment environment;
    std::atomic<RefreshMode> refresh_mode;
    std::atomic<Shape> shape;
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

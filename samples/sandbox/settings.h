#pragma once

#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

namespace credit::sandbox {

// What happens to a refresh token that is presented again. README.md tells the models apart.
enum class RefreshModel {
    replay,
    auth_first,
    grace_fork,
    grace_same,
    strict,
    strict_family,
    keeps_refresh_token
};

struct Settings {
    RefreshModel model = RefreshModel::replay;
    std::int64_t session_ttl_ms = 1'800'000;
    std::int64_t refresh_ttl_ms = 604'800'000;
    std::int64_t grace_ms = 120'000;
    std::int64_t idempotency_ttl_ms = 86'400'000;
    // How long platform and lender take for what they do by themselves.
    std::int64_t journey_step_ms = 3'000;
    // After so long without a change a journey expires.
    std::int64_t journey_ttl_ms = 2'592'000'000;
    // Calls a minute of one borrower, or of one application for sessions; 0 for no limit.
    std::int64_t rate_limit_per_minute = 0;
    bool second_session_ends_first = false;
    bool old_session_token_lives = false;
    bool auth_first_revokes_family = false;
    bool journey_at_start = true;
    bool journeys_move = true;
};

// Throws std::invalid_argument naming the field and what it may be.
RefreshModel parse_model(const std::string& name);
Settings changed(Settings settings, const nlohmann::json& changes);

nlohmann::json to_json(const Settings& settings);

// The settings of the running program; the admin API changes them between two requests.
class LiveSettings {
  public:
    explicit LiveSettings(Settings initial) : initial_(initial), current_(initial) {}

    Settings get() const;
    Settings change(const nlohmann::json& changes);
    void reset();

  private:
    mutable std::mutex mutex_;
    const Settings initial_;
    Settings current_;
};

}  // namespace credit::sandbox

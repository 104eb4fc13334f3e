#pragma once

#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/call.h"

namespace credit::sandbox {

struct Fault {
    int id = 0;
    std::string kind;
    std::string route = "any";
    std::string method;
    std::int64_t count = 1;
    std::int64_t skip = 0;
    std::int64_t fired = 0;
    nlohmann::json parameters;

    std::int64_t number(const char* name, std::int64_t fallback) const;
    bool flag(const char* name, bool fallback) const;
    std::optional<std::string> text(const char* name) const;

    // Whether the call is handled for real, whatever is sent after that.
    bool commits() const;
};

// The faults that wait for a call to hit. Each call is hit by the first that fits.
class FaultBook {
  public:
    // Throws std::invalid_argument saying what is wrong.
    Fault add(const nlohmann::json& description);
    std::optional<Fault> take(const Call& call);
    nlohmann::json list() const;
    void clear();

  private:
    mutable std::mutex mutex_;
    std::vector<Fault> faults_;
    int next_id_ = 1;
};

}  // namespace credit::sandbox

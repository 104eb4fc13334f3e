#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace credit::partner {

// A trial's failure of this server itself, for the next `count` requests of a route.
struct Fault {
    enum class Kind {
        unauthorized,  // 401, as when the app's login has ended
        status,        // any status, in JSON or as the HTML page of some proxy
        delay          // late, then as usual
    };
    Kind kind = Kind::status;
    int status = 500;
    int count = 1;
    bool html = false;
    std::int64_t delay_ms = 0;
    std::string route;  // "session", "refresh" or empty for both
};

class Faults {
  public:
    void add(const Fault& fault);
    void clear();
    std::optional<Fault> take(const std::string& route);

  private:
    std::mutex mutex_;
    std::vector<Fault> pending_;
};

}  // namespace credit::partner

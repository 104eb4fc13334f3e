#pragma once

#include <mutex>
#include <string>

namespace credit::sandbox {

// Where clients reach the platform, https://host:port, for the links in its replies. Known once
// the port is; empty before that.
class PublicOrigin {
  public:
    void set(std::string origin) {
        const std::lock_guard lock(mutex_);
        origin_ = std::move(origin);
    }
    std::string get() const {
        const std::lock_guard lock(mutex_);
        return origin_;
    }

  private:
    mutable std::mutex mutex_;
    std::string origin_;
};

}  // namespace credit::sandbox

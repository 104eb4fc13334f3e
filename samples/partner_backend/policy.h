#pragma once

#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace credit::partner {

enum class Action { start_session, refresh_session };

// The hook where a partner puts its own rules: consent, limits, a blocked account. Asked before
// anything is sent to the platform. Called from several threads at once.
class Policy {
  public:
    virtual ~Policy() = default;
    virtual bool allow(const std::string& borrower, Action action) const = 0;
};

// The simplest rule there is: everybody but these; with an allow-list, nobody but those on it.
class DenyList final : public Policy {
  public:
    DenyList(const std::vector<std::string>& allowed, const std::vector<std::string>& denied);

    bool allow(const std::string& borrower, Action action) const override;
    void replace(const std::vector<std::string>& denied);

  private:
    mutable std::mutex mutex_;
    const std::set<std::string> allowed_;
    std::set<std::string> denied_;
};

}  // namespace credit::partner

#pragma once

#include <array>
#include <mutex>
#include <string>
#include <string_view>

namespace credit::partner {

// The moments between which something may be lost. A trial arms one; the process then dies there as
// by SIGKILL: nothing is flushed, closed or said.
constexpr std::array<std::string_view, 12> kCrashSteps{
    "lease_taken",         // one worker may rotate, nothing is noted yet
    "refresh_marked",      // the intent is durable, nothing is sent
    "refresh_replied",     // the platform has rotated, its reply is read, nothing is stored
    "refresh_storing",     // written, not committed
    "refresh_committed",   // durable, the app has no answer
    "refresh_judged",      // the pair is noted as dead, no new session is asked for
    "session_replied",     // a session was minted, nothing is stored
    "session_storing",     // written, not committed
    "session_committed",   // durable, the app has no answer
    "webhook_storing",     // written, not committed
    "webhook_committed",   // durable, the platform has no answer
    "bootstrap_replied"};  // a bootstrap token was minted, nobody has it

class CrashPoints {
  public:
    // False for a step that does not exist; an empty one disarms.
    bool arm(const std::string& step);
    void reached(std::string_view step);

  private:
    std::mutex mutex_;
    std::string armed_;
};

}  // namespace credit::partner

// An engine that does nothing by itself: it keeps what it was asked, and the test answers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/engine/session.h"

namespace credit {

class SessionCore {
  public:
    SessionConfig config;
    std::string borrower;

    StateInfo state;
    Code misuse = Code::ok;  // what operations return at once
    Code token_code = Code::ok;
    TokenRef token;

    StartOptions start_options;
    bool replace = false;
    std::int64_t minimum_lifetime_ms = -1;
    std::int64_t deadline_ms = -1;
    bool known_only = false;
    std::string adopted;
    CallRequest request;
    std::uint64_t rejected = 0;
    OpID cancelled = 0;
    std::vector<Hint> hints;

    DoneCallback done;
    TokenCallback token_done;
    TextCallback text_done;
    JourneyCallback journey_done;
    CallCallback call_done;

    std::uint64_t next_subscription = 1;
    StateCallback on_state;
    std::function<void()> on_last;
    std::uint64_t unsubscribed = 0;
};

namespace fake {

// The session opened last, as long as it is open.
std::shared_ptr<SessionCore> last_opened();
// What erase_storage() was called with last.
struct Erased {
    std::string borrower;
    std::string storage_identity;
    DoneCallback done;
};
Erased& last_erased();
std::shared_ptr<Poller> installed_poller();

}  // namespace fake
}  // namespace credit

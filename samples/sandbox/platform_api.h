#pragma once

#include <string>

#include "sandbox/call.h"
#include "sandbox/clock.h"
#include "sandbox/envelope.h"
#include "sandbox/faults.h"
#include "sandbox/holds.h"
#include "sandbox/journey_events.h"
#include "sandbox/journey_ticker.h"
#include "sandbox/public_origin.h"
#include "sandbox/settings.h"
#include "sandbox/store.h"
#include "sandbox/work.h"

namespace credit::sandbox {

// How a reply leaves: whole; or not at all, closed in order or reset; or cut in the middle.
enum class Ending { whole, dropped, reset, half };

struct Delivery {
    Reply reply;
    Ending ending = Ending::whole;
};

// Everything both ports work on.
struct Sandbox {
    std::string environment;
    Store& store;
    Clock& clock;
    LiveSettings& settings;
    FaultBook& faults;
    Holds& holds;
    JourneyEvents& events;
    JourneyTicker& ticker;
    PublicOrigin& origin;
};

// The platform API, without HTTP.
class PlatformApi {
  public:
    explicit PlatformApi(Sandbox sandbox) : sandbox_(std::move(sandbox)) {}

    // For what else listens on the same port.
    const Sandbox& sandbox() const { return sandbox_; }

    Delivery answer(Call& call);

    // For requests the HTTP library turned away before they reached answer().
    Reply turn_away(Call& call, const Refusal& refusal);

  private:
    // What the client is shown in place of the true reply, and whether the key keeps it, too.
    struct Shown {
        const Reply* reply = nullptr;
        bool cached = false;
    };

    void wait_before(Call& call, const Fault& fault);
    void wait_after(const Fault& fault);
    void reserve_key(Call& call);
    Reply with_fault(Call& call, const Fault& fault);
    Reply handle(Call& call, const Fault* fault, Shown shown);
    Reply leave_unhandled(Call& call, const Fault& fault);
    Work work_on(Call& call, const Settings& settings);
    void finish(const Call& call, const Fault* fault, Reply& reply) const;

    Sandbox sandbox_;
};

}  // namespace credit::sandbox

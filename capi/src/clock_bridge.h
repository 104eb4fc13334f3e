// The platform's transport under another clock: R9's bound is given by the session's clock, the
// transport reads its own.
#pragma once

#include <memory>

#include "core/ports/clock.h"
#include "core/ports/transport.h"

namespace credit::capi {

class ClockBridge final : public Transport {
  public:
    ClockBridge(std::shared_ptr<Transport> transport, std::shared_ptr<Clock> session_clock,
                std::shared_ptr<Clock> transport_clock);
    RequestID start(HttpRequest request, Completion done) override;
    void cancel(RequestID id) override { transport_->cancel(id); }

  private:
    const std::shared_ptr<Transport> transport_;
    const std::shared_ptr<Clock> session_clock_;
    const std::shared_ptr<Clock> transport_clock_;
};

}  // namespace credit::capi

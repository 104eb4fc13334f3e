#include "capi/src/clock_bridge.h"

#include <algorithm>
#include <utility>

namespace credit::capi {
namespace {

// Far beyond any lease; keeps the sum below from overflowing whatever the app's clock says.
constexpr Millis kFarthest = days(36'500);

}  // namespace

ClockBridge::ClockBridge(std::shared_ptr<Transport> transport, std::shared_ptr<Clock> session_clock,
                         std::shared_ptr<Clock> transport_clock)
    : transport_(std::move(transport)),
      session_clock_(std::move(session_clock)),
      transport_clock_(std::move(transport_clock)) {}

Transport::RequestID ClockBridge::start(HttpRequest request, Completion done) {
    if (request.send_before.ms != INT64_MAX) {
        const ElapsedTime now = session_clock_->now().elapsed;
        const Millis left =
            request.send_before <= now
                ? Millis{-1}
                : min(Millis{request.send_before.ms - std::max<std::int64_t>(now.ms, 0)},
                      kFarthest);
        request.send_before = transport_clock_->now().elapsed + left;
    }
    return transport_->start(std::move(request), std::move(done));
}

}  // namespace credit::capi

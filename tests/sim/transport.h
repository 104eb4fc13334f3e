// The wire of one process, in stages: connected, point of no return, at the server, answered, arrived. Every stage is an
// event, so that anything may happen between two of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/ports/transport.h"
#include "tests/sim/bodies.h"
#include "tests/sim/checks.h"
#include "tests/sim/process.h"

namespace credit::sim {

class SimTransport : public Transport {
  public:
    explicit SimTransport(Process& process) : process_(process) {}
    RequestID start(HttpRequest request, Completion done) override;
    void cancel(RequestID id) override;
    void clear() { flights_.clear(); }

  private:
    enum class Kind { refresh, session, call };
    struct Flight {
        Kind kind = Kind::call;
        Completion done;
        SentRefresh sent;
        std::string correlation;
        bool partner_route = false;
        ElapsedTime send_before{INT64_MAX};
        std::int64_t deadline = 0;  // true time
        std::int64_t begun = 0;     // true time
        int receipts = 0;           // at the server, copies made by the network aside
        bool left = false;          // past the point of no return
        bool refused_connection = false;
    };
    using FlightRef = std::shared_ptr<Flight>;

    void connect(RequestID id);
    void leave(RequestID id);
    void receive(RequestID id, const FlightRef& flight, bool shadow);
    WireReply serve(const Flight& flight, bool shadow);
    WireReply produce(const Flight& flight, bool shadow);
    void answer(RequestID id, WireReply reply);
    void spoil(WireReply& reply, std::uint32_t param, bool garbage);
    WireReply portal(std::uint32_t param) const;
    void arrive(RequestID id, WireReply reply);
    void give_up(RequestID id, HttpFailure failure, bool maybe_sent);
    Flight* find(RequestID id);
    std::int64_t latency();

    Process& process_;
    RequestID last_ = 0;
    std::map<RequestID, FlightRef> flights_;
};

}  // namespace credit::sim

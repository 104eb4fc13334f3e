// A device that uses the SDK: the production machine, transactions, judgement of replies and retry budget, with nothing
// but the threads, the parser of good replies and the ports left out.
#pragma once

#include <memory>
#include <vector>

#include "core/http/retry_budget.h"
#include "core/session/machine.h"
#include "tests/fleet/client.h"

namespace credit::fleet {

class SdkClient : public Client {
  public:
    SdkClient(Device& device, const Policy& policy, bool has_provider, bool always_ask);

    void install(const Tokens& tokens, Time sent) override;
    void opened(bool fresh) override;
    void ask(std::uint64_t call) override;
    void cancel(std::uint64_t call) override;
    void accepted(std::uint32_t session_token) override;
    void refused(std::uint32_t session_token) override;
    void timer() override;
    void replied(const Reply& reply) override;
    void network_is_back() override;
    bool busy() const override { return background_; }

  private:
    Now clocks() const;
    Now clocks(Time at) const;
    void start_process();
    void feed(const Event& event);
    void carry_out(const Effect& effect);
    void execute(const TxnRef& work);
    void send(const effect::SendRefresh& wanted);
    void refresh_replied(const Reply& reply);
    void start_replied(const Reply& reply);
    void failed(std::uint64_t call, const Error& error);
    void sign_in();

    const Policy policy_;
    const bool has_provider_;
    const bool always_ask_;
    std::uint64_t owner_ = 1;
    std::uint64_t tag_ = 0;
    Record stored_;
    std::unique_ptr<Machine> machine_;
    std::unique_ptr<RetryBudget> budget_;
    effect::Publish published_;
    std::vector<Event> waiting_;  // what comes of an event is told after it
    bool feeding_ = false;
    bool background_ = false;
    std::uint64_t flight_ = 0;  // and the tags under which they travel
    std::uint64_t flight_tag_ = 0;
    std::uint64_t ask_ = 0;
    std::uint64_t ask_tag_ = 0;
    std::uint64_t sign_in_tag_ = 0;
    bool healing_ = false;
};

}  // namespace credit::fleet

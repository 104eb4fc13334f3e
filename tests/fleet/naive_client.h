// The ways of keeping a session alive that the machine is compared with. Each sends what it believes right at once, has no
// key to replay by, and takes every verdict at its word.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "tests/fleet/client.h"

namespace credit::fleet {

struct NaiveRules {
    std::string_view name;
    std::string_view what;
    Time margin = 0;             // renewed so long before its end
    bool by_timer = false;       // as soon as the margin is reached, and not when somebody asks
    Time first_retry = 0;        // 0: not before the app's next call
    Time longest_retry = 0;      // the wait doubles up to here, without jitter
    bool one_flight = true;      // else every call that needs a token refreshes by itself
    bool knows_lifetime = true;  // else a token is used until it is refused
};

std::optional<NaiveRules> naive_rules(std::string_view name);

class NaiveClient : public Client {
  public:
    NaiveClient(Device& device, const NaiveRules& rules) : Client(device), rules_(rules) {}

    void install(const Tokens& tokens, Time sent) override;
    void opened(bool fresh) override;
    void put_away() override { retry_at_ = kNever; }
    void ask(std::uint64_t call) override;
    void cancel(std::uint64_t call) override;
    void refused(std::uint32_t session_token) override;
    void timer() override;
    void replied(const Reply& reply) override;

  private:
    bool live() const;
    bool due() const;
    void refresh();
    void take(const Tokens& tokens);
    void serve_all();
    void fail_all();
    void retry_later();
    void set_timer();

    const NaiveRules rules_;
    Tokens tokens_;
    bool refused_ = false;
    std::vector<std::uint64_t> waiting_;  // calls
    std::vector<std::uint64_t> flying_;   // tags
    std::uint64_t start_tag_ = 0;
    std::uint64_t tag_ = 0;
    Time retry_at_ = kNever;
    Time wait_ = 0;
};

}  // namespace credit::fleet

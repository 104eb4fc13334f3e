// One device: a person with an app, a process that comes and goes, a network, and a radio that likes to sleep.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "tests/fleet/client.h"
#include "tests/fleet/tally.h"
#include "tests/fleet/usage.h"

namespace credit::fleet {

// What the app does next, in order of time.
struct Happening {
    enum class What : std::uint8_t {
        visit,
        put_away,
        suspend,
        call,
        answer,
        timer,
        reply,
        network
    };
    Time at = 0;
    std::uint64_t order = 0;
    What what = What::visit;
    std::uint8_t device = 0;
    std::uint64_t id = 0;
};

class Agenda {
  public:
    void add(Time at, Happening::What what, std::uint8_t device, std::uint64_t id);
    bool empty() const noexcept { return heap_.empty(); }
    Time next() const noexcept { return heap_.front().at; }
    Happening take();

  private:
    static bool later(const Happening& a, const Happening& b) noexcept {
        return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
    std::vector<Happening> heap_;
    std::uint64_t order_ = 0;
};

class Device {
  public:
    Device(std::uint8_t index, std::uint64_t seed, std::uint64_t number, Platform& platform,
           Agenda& agenda, Tally& tally);

    void begin(std::unique_ptr<Client> client);
    void happens(const Happening& happening);

    // --- what clients see of it
    Time now() const noexcept { return now_; }
    Chance& chance() noexcept { return chance_; }
    bool in_front() const noexcept { return front_; }
    // One timer; kNever: none. Does not run while the process is suspended.
    void wake_at(Time at);
    void send_refresh(std::uint64_t tag, std::uint32_t refresh_token, std::uint64_t key);
    void send_start(std::uint64_t tag);
    void served(std::uint64_t call, std::uint32_t session_token);
    void not_served(std::uint64_t call);
    // The borrower has to sign in again. The app asks for a new session.
    void lost() noexcept { ++tally_.sessions_lost; }
    void healed() noexcept { ++tally_.sessions_healed; }
    void obtained() noexcept { ++tally_.tokens_obtained; }
    // Whether the client holds a token that can be used: what recovery is measured by.
    void holds_token(bool holds);

  private:
    struct Call {
        std::uint64_t id = 0;
        Time asked = 0;
        Time waited = 0;
        int attempts = 1;
        std::uint32_t token = 0;
        bool sent = false;
    };
    void visit();
    void put_away();
    void suspend(std::uint64_t id);
    void make_call();
    void ask(Call& call);
    void answered(std::uint64_t id);
    void finish(std::uint64_t id, bool good);
    Call* find(std::uint64_t id);
    void timer();
    void reply(std::uint64_t id);
    void travel(Reply reply, std::uint32_t refresh_token, std::uint64_t key);
    void deliver(Reply reply, Time at);
    void traffic(bool for_tokens);
    void count_least();
    void take_stock();
    bool offline() const noexcept;
    bool troubled() const noexcept;

    const std::uint8_t index_;
    Chance person_;  // what the person does is the same whatever client the app has
    Chance chance_;
    Platform& platform_;
    Agenda& agenda_;
    Tally& tally_;
    const Usage usage_;
    const bool in_region_;
    const Time network_back_;
    std::unique_ptr<Client> client_;
    Time now_ = 0;

    bool front_ = false;
    bool running_ = false;  // has a process that is not suspended
    bool process_ = false;
    std::uint64_t visit_no_ = 0;
    Time away_since_ = 0;
    std::uint64_t next_id_ = 0;
    std::vector<Call> calls_;
    std::vector<Reply> on_the_way_;
    Time timer_at_ = kNever;
    Time timer_queued_ = kNever;

    Time last_traffic_ = -kDay;
    Time last_call_ = -kDay;
    Time least_ends_ = -kDay;
    Time least_plain_ends_ = -kDay;
    bool holds_ = true;
    bool hit_ = false;
    bool stock_taken_ = false;
};

}  // namespace credit::fleet

// One process of the device: an engine without a thread, the ports it runs on, and the app that uses it. Killing it drops
// everything in it without a callback.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/session.h"
#include "core/engine/session_core.h"
#include "tests/sim/checks.h"
#include "tests/sim/names.h"
#include "tests/sim/rng.h"

namespace credit::sim {

class World;
class SimTransport;

// Waits for nothing; remembers that somebody posted.
class SimPoller : public Poller {
  public:
    void wait(Millis) override {}
    void wake() override { woken = true; }
    bool woken = false;
};

// Jobs of the storage thread become steps of the schedule, one after the other.
class SimExecutor : public Executor {
  public:
    explicit SimExecutor(Process& process) : process_(process) {}
    void take(Jobs jobs) override;
    void clear() { jobs_.clear(); }

  private:
    void schedule();
    void work();
    Process& process_;
    Jobs jobs_;
    bool scheduled_ = false;
};

// One operation that the app asked for.
struct AskedOp {
    Step what = Step::token;
    OpID id = 0;
    std::int64_t at = 0;
    int answers = 0;
    bool misuse = false;  // refused at once: no answer comes
    Code code = Code::ok;
    std::uint64_t generation = 0;
    int status = 0;
};

// An open session in this process. A process that ended or closed one opens another.
struct Handle {
    std::shared_ptr<SimPoller> poller;
    std::unique_ptr<Engine> engine;
    std::shared_ptr<SessionCore> core;
    std::unique_ptr<Session> session;
    StateInfo state;
    bool end_called = false;
    bool close_called = false;
    bool closed = false;  // the last callback came
    bool finished = false;
    std::uint64_t last_generation = 0;
    int last_pair = -1;
    int rejected_pair = -1;
    std::vector<std::unique_ptr<AskedOp>> ops;
};

class Process {
  public:
    Process(World& world, std::uint64_t serial, int place);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    // Runs `fn` inside the process and then lets the engine work until it has nothing to do.
    void enter(const std::function<void()>& fn);
    void bury();  // drops everything

    // --- the app
    void open();
    void perform(Step step, std::uint32_t param);
    AskedOp* ask_token(std::int64_t minimum, std::int64_t deadline);
    AskedOp* ask_call();
    AskedOp* ask_start(bool replace);
    AskedOp* ask_adopt(bool replace);
    void end();
    void close(std::int64_t reopen_after);
    void hint(Hint which);
    Handle* handle();  // the one that is open and not ended or closing, or null
    bool has_open_handle() const;

    World& world;
    const std::uint64_t serial;
    const int place;
    bool alive = true;
    bool dying = false;
    int depth = 0;
    std::int64_t suspended_until = 0;
    std::int64_t last_suspended = -1;
    std::int64_t resumed_at = -1;
    std::int64_t forked_until = 0;  // a child holds its locks and its mark of being alive
    std::shared_ptr<SimExecutor> storage;
    std::shared_ptr<SimTransport> transport;
    std::vector<std::unique_ptr<Handle>> handles;
    int background_held = 0;

    // what the checks remember of it
    std::int64_t died_at = INT64_MAX;
    std::vector<std::int64_t> looked_at;  // at the store
    std::int64_t refused_at = -1;
    std::int64_t hung_until = -1;           // its storage thread did not come to its work
    std::map<int, std::int64_t> marked_at;  // by refresh token
    std::map<int, std::size_t> attempts;    // that stand in its last mark, by refresh token
    int verdict_for = -1;                   // refresh token that it was told is over
    int condemned = -1;                     // pair that it stored as suspect
    std::int64_t condemned_at = kNever;
    std::int64_t closed_at = INT64_MIN;    // a handle of it was closed
    std::int64_t flying_until = -1;        // a refresh of it is on the wire
    std::int64_t sent_at = -1;             // and has left the device
    int sent_refresh = 0;                  // with which refresh token
    std::int64_t sent_leased_at = kNever;  // when it took the lease for that
    std::int64_t leased_at = kNever;       // when it last wrote a mark, and with it its lease
    std::int64_t answered_at = -1;
    std::int64_t broken_at = -1;  // a session of it closed by itself
    std::vector<int> received;    // pairs that arrived whole
    bool memory_fails = false;    // the next port that allocates has none

  private:
    void pump();
    void set_timer();
    SessionConfig config();
    void announced(Handle& handle, const StateInfo& info);
    AskedOp* add_op(Handle& handle, Step what);
    void answered(Handle& handle, AskedOp& op, const Error* error);
    void react(Handle& handle, const AskedOp& op);
    DoneCallback done(Handle& handle, AskedOp& op);
    void reopen(std::int64_t delay);

    Rng rng_;
    std::int64_t timer_at_ = -1;
    bool reacting_ = false;
};

}  // namespace credit::sim

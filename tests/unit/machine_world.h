// A small world for the session's machine: one disk, a rotating server, a provider, any number of
// processes, one clock that only tests move. Every step is checked against what must always hold; a
// breach fails the running test.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/session/machine.h"

namespace credit::test {

SecretRef secret(std::string_view text);
std::string text_of(const SecretRef& secret);

// One record as all processes see it, with a word for what goes wrong next.
class FakeDisk {
  public:
    enum class Op { load, peek, lock, write, erase_quarantine };

    // The next `times` operations answer this and do nothing.
    void fail(Op op, StoreAnswer answer, int times = 1);
    // Every operation answers this until it is taken back.
    std::optional<StoreAnswer> sick;
    // Reading answers this until something is written over it (damage, a lost key).
    std::optional<StoreAnswer> damage;

    std::optional<Record> record;  // the newest slot
    std::optional<Record> other;   // the other slot
    int quarantined = 0;
    int writes = 0;
    int loads = 0;
    std::uint64_t last_write_by = 0;

    StoreAnswer answer(Op op);  // takes an injected answer, or says that the operation goes ahead
    void write(Record wanted, bool both_slots, std::uint64_t owner);
    void lose() { record.reset(), other.reset(), high_water_ = {}; }
    void roll_back();  // the newest slot is gone, the other one counts
    void put(const Record& wanted);
    void forget_high_water() { high_water_ = {}; }

  private:
    void check_write(const Record& next) const;
    std::map<Op, std::deque<StoreAnswer>> next_;
    Version high_water_;
};

// What came of an operation.
struct FakeOp {
    int answers = 0;
    bool given = false;  // a token
    bool finished = false;
    TokenSource source = TokenSource::cache;
    std::string token;
    std::uint64_t generation = 0;
    Error error;
    bool failed() const { return answers == 1 && !given && !finished; }
    bool failed_with(Code code) const { return failed() && error.code == code; }
};

RefreshAnswer answer_dead(const std::string& request_id = "req-dead");
RefreshAnswer answer_of(AnswerKind kind, Code code, bool reachable = true, std::int64_t digest = 0);
RefreshAnswer answer_lost();     // no reply in time, may have been sent
RefreshAnswer answer_offline();  // provably unsent
RefreshAnswer answer_busy(std::int64_t retry_after_ms);

// A platform that rotates tokens.
struct FakeServer {
    enum class Model { replay, grace, strict };
    Model model = Model::replay;
    Millis life = minutes(30);
    Millis clock_ahead{0};  // server minus the device's wall clock
    bool tells_time = true;
    bool tells_expiry = true;
    bool keeps_refresh_token = false;
    bool held = false;                   // replies stay on the way
    Millis delay{0};                     // how long a reply takes
    int lose_replies = 0;                // so many replies are lost after the server did its part
    bool revoked = false;                // every refresh gets a verdict
    std::deque<RefreshAnswer> scripted;  // answered before the model is asked

    int requests = 0;
    int rotations = 0;
    int replays = 0;
    int verdicts = 0;
    std::string borrower = "borrower-1";

    Issued mint(const Now& now);
    RefreshAnswer answer(const std::string& credential, const std::string& key, const Now& now);

  private:
    Issued tokens(std::string st, std::string rt, const Now& now) const;
    int minted_ = 0;
    std::set<std::string> valid_;
    std::set<std::string> used_;
    std::map<std::string, std::pair<std::string, Issued>> by_key_;  // key -> (credential, reply)
};

struct FakeProvider {
    bool held = false;
    std::deque<Error> failures;
    std::optional<Error> always;
    std::optional<Issued> fixed;
    int asked = 0;
};

class World;

// One process that has the session open.
class Process {
  public:
    Process(World& world, MachineSetup setup, std::uint64_t owner);

    OpID token(Millis minimum = {}, Millis deadline = seconds(30));
    OpID start(bool replace = false, Millis deadline = seconds(30));
    OpID adopt(const Issued& issued, bool replace = false);
    OpID end();
    void close() { feed(event::CloseAsked{}); }
    void reject(std::uint64_t generation) { feed(event::RejectAsked{generation}); }
    void accepted(std::uint64_t generation) { feed(event::CallAccepted{generation}); }
    void cancel(OpID op) { feed(event::CancelAsked{op}); }
    void hint(Hint hint) { feed(event::Hinted{hint}); }
    void ahead() { feed(event::RefreshAheadAsked{}); }
    void feed(const Event& event);

    const FakeOp& op(OpID id) const { return ops.at(id); }
    bool has_token() const { return published && published->token != nullptr; }
    const Record& record() const { return machine.record(); }
    // Does one thing that is waiting to be done; false: nothing was.
    bool work();
    bool is(PublicState state) const { return info.state == state; }
    bool has(std::uint32_t property) const { return (info.properties & property) != 0; }
    bool journal_has(JournalEvent what) const;
    int journal_count(JournalEvent what) const;

    Machine machine;
    std::map<OpID, FakeOp> ops;
    std::vector<effect::SendRefresh> sends;
    std::vector<effect::AskProvider> asks;
    std::vector<TxnKind> txns;
    std::vector<effect::Publish> publications;
    std::optional<effect::Publish> published;
    std::vector<StateInfo> states;
    StateInfo info;
    ElapsedTime timer{INT64_MAX};
    bool storage_stalls = false;      // what was asked of the store stays undone
    std::optional<TxnKind> stall_at;  // the storage stalls in front of a transaction of this kind
    bool closed = false;
    bool spent = false;
    bool grants_background = true;
    int background = 0;   // assertions held
    int backgrounds = 0;  // assertions ever held
    bool silent = false;  // effects are dropped: for events no driver would send
    std::size_t storage_waiting() const { return storage_.size(); }

    struct OnWire {
        std::uint64_t flight = 0;
        Stamp sent;
        RefreshAnswer answer;
        ElapsedTime due;
    };
    struct Question {
        std::uint64_t ask = 0;
        Stamp sent;
    };
    std::deque<OnWire> wire;
    std::deque<Question> questions;
    const std::uint64_t owner;

  private:
    void carry_out(const Effect& effect);
    void answer_op(OpID id, const FakeOp& answer);
    void check_send(const effect::SendRefresh& send) const;
    void check_token(const FakeOp& answer) const;
    void do_storage();
    void execute(TxnWork& work);
    void dress(Record& record) const;
    bool work_network();
    bool work_provider();

    World& world_;
    std::deque<Effect> storage_;
    bool background_asked_ = false;
    std::string rejected_;  // token
};

class World {
  public:
    explicit World(MachineSetup base = {});

    Process& open();
    Process& open(const MachineSetup& setup);
    // The process is killed: what it asked of the store is not done, what it sent has been sent.
    void crash(Process& process);
    void settle();            // until nothing is left to do at this instant
    void advance(Millis by);  // timers fire on the way
    void jump_wall(Millis by) { now.wall = now.wall + by; }
    void reboot();

    // Asks for a token and lets time pass until there is an answer.
    FakeOp get(Process& process, Millis minimum = {}, Millis deadline = seconds(30));
    void await(Process& process, OpID op);
    FakeOp start(Process& process, bool replace = false);
    // The session token on disk.
    std::string record_token() const { return text_of(disk.record->pair->session_token); }
    // Opens a session and starts it.
    Process& started();

    MachineSetup setup;
    Now now;
    FakeDisk disk;
    FakeServer server;
    FakeProvider provider;
    std::set<std::uint64_t> gone;
    std::vector<std::unique_ptr<Process>> processes;
    OpID next_op = 100;
    int idle_timers = 0;  // timers fired since the clock last moved
    // Told of everything that any process announces: by which event, what it said before, what it says now.
    std::function<void(const Event&, const StateInfo&, const StateInfo&)> watch;

  private:
    std::optional<ElapsedTime> next_due() const;
    std::uint64_t next_owner_ = 1000;
};

MachineSetup with_provider();
MachineSetup without_provider();

// A session whose token is over, in a process that may or may not have a provider.
struct Expired : World {
    explicit Expired(MachineSetup base = with_provider()) : World(with_provider()) {
        started();
        crash(*processes.back());
        setup = std::move(base);
        p = &open();
        settle();
        advance(minutes(31));
    }
    Process* p;
};

// Lets a process work until a transaction of this kind is about to be executed, and go on.
void stop_at(World& world, Process& process, TxnKind kind);
void go_on(World& world, Process& process);

}  // namespace credit::test

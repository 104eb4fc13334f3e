#include "tests/unit/machine_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <variant>

#include "core/session/lifetime.h"

namespace credit::test {

SecretRef secret(std::string_view text) {
    return Secret::copy_of(text);
}
std::string text_of(const SecretRef& held) {
    return std::string(view_or_empty(held));
}

MachineSetup with_provider() {
    MachineSetup setup;
    setup.borrower_external_id = "borrower-1";
    setup.has_provider = true;
    setup.seed = 42;
    return setup;
}

MachineSetup without_provider() {
    MachineSetup setup = with_provider();
    setup.has_provider = false;
    return setup;
}

World::World(MachineSetup base) : setup(std::move(base)) {
    if (setup.borrower_external_id.empty()) setup = with_provider();
    now.wall = {1'770'000'000'000};
    now.elapsed = {5'000'000};
    now.boot = {7};
}

Process& World::open() {
    return open(setup);
}

Process& World::open(const MachineSetup& wanted) {
    MachineSetup own = wanted;
    own.seed += next_owner_;
    processes.push_back(std::make_unique<Process>(*this, own, ++next_owner_));
    Process& process = *processes.back();
    process.feed(event::Opened{});
    return process;
}

void World::crash(Process& process) {
    gone.insert(process.owner);
    for (auto it = processes.begin(); it != processes.end(); ++it) {
        if (it->get() != &process) continue;
        processes.erase(it);
        return;
    }
}

void World::settle() {
    for (int round = 0; round < 200'000; ++round) {
        bool any = false;
        for (std::size_t i = 0; i < processes.size(); ++i)
            any = processes[i]->work() || any;
        if (!any) return;
    }
    ADD_FAILURE() << "the world does not come to rest";
}

std::optional<ElapsedTime> World::next_due() const {
    std::optional<ElapsedTime> due;
    const auto consider = [&](ElapsedTime at) {
        if (at.ms != INT64_MAX && (!due || at < *due)) due = at;
    };
    for (const auto& process : processes) {
        if (!process->closed) consider(process->timer);
        if (server.held) continue;
        for (const Process::OnWire& reply : process->wire)
            consider(reply.due);
    }
    return due;
}

void World::advance(Millis by) {
    const ElapsedTime target = now.elapsed + by;
    settle();
    for (;;) {
        const auto due = next_due();
        if (!due || *due > target) break;
        if (*due > now.elapsed) {
            now.wall = now.wall + (*due - now.elapsed);
            now.elapsed = *due;
            idle_timers = 0;
        } else if (++idle_timers > 64) {
            ADD_FAILURE() << "timers fire without end at one instant";
            return;
        }
        for (std::size_t i = 0; i < processes.size(); ++i) {
            Process& process = *processes[i];
            if (process.closed || process.timer > now.elapsed) continue;
            process.timer = {INT64_MAX};
            process.feed(event::TimerFired{});
        }
        settle();
    }
    now.wall = now.wall + (target - now.elapsed);
    now.elapsed = target;
    idle_timers = 0;
}

void World::reboot() {
    for (const auto& process : processes)
        gone.insert(process->owner);
    processes.clear();
    now.boot.value += 1;
    now.elapsed = {10'000};
}

void World::await(Process& process, OpID op) {
    settle();
    for (int i = 0; i < 100'000 && process.op(op).answers == 0; ++i)
        advance(Millis{100});
    if (process.op(op).answers == 0) ADD_FAILURE() << "an operation is never answered";
}

FakeOp World::get(Process& process, Millis minimum, Millis deadline) {
    const OpID op = process.token(minimum, deadline);
    await(process, op);
    return process.op(op);
}

FakeOp World::start(Process& process, bool replace) {
    const OpID op = process.start(replace);
    await(process, op);
    return process.op(op);
}

Process& World::started() {
    Process& process = open();
    settle();
    const FakeOp op = start(process);
    if (!op.finished) ADD_FAILURE() << "no start: " << op.error.message;
    return process;
}

// ---- one process

Process::Process(World& world, MachineSetup setup, std::uint64_t id)
    : machine(std::move(setup)), owner(id), world_(world) {}

OpID Process::token(Millis minimum, Millis deadline) {
    const OpID id = ++world_.next_op;
    ops[id];
    feed(event::TokenAsked{id, minimum, world_.now.elapsed + deadline});
    return id;
}

OpID Process::start(bool replace, Millis deadline) {
    const OpID id = ++world_.next_op;
    ops[id];
    feed(event::StartAsked{id, replace, world_.now.elapsed + deadline});
    return id;
}

OpID Process::adopt(const Issued& issued, bool replace) {
    const OpID id = ++world_.next_op;
    ops[id];
    feed(event::AdoptAsked{id, replace, Stamp::of(world_.now), issued});
    return id;
}

OpID Process::end() {
    const OpID id = ++world_.next_op;
    ops[id];
    feed(event::EndAsked{id});
    return id;
}

void Process::feed(const Event& event) {
    const auto* reject = std::get_if<event::RejectAsked>(&event);
    const Record& held = record();
    const bool live = held.pair && !held.suspect;
    if (reject != nullptr && live && held.version.generation == reject->generation)
        rejected_ = text_of(held.pair->session_token);
    Effects effects;
    machine.step(event, world_.now, effects);
    if (silent) return;
    if (closed && !effects.empty()) ADD_FAILURE() << "effects after the session was closed";
    for (const Effect& effect : effects) {
        if (const auto* publication = std::get_if<effect::Publish>(&effect)) {
            published = *publication;
            publications.push_back(*publication);
        }
    }
    const std::size_t said = states.size();
    for (const Effect& effect : effects) {
        if (closed) ADD_FAILURE() << "an effect after Closed";
        carry_out(effect);
    }
    for (std::size_t i = said; world_.watch && i < states.size(); ++i)
        world_.watch(event, i == 0 ? StateInfo{} : states[i - 1], states[i]);
}

void Process::carry_out(const Effect& effect) {
    struct Visitor {
        Process& self;
        void operator()(const effect::Load&) { self.storage_.push_back(effect::Load{}); }
        void operator()(const effect::Peek& e) { self.storage_.push_back(e); }
        void operator()(const effect::RunTxn& e) {
            self.txns.push_back(e.work->txn.kind);
            if (self.stall_at == e.work->txn.kind) self.storage_stalls = true;
            self.storage_.push_back(e);
        }
        void operator()(const effect::BeginBackground&) {
            EXPECT_FALSE(self.background_asked_);
            self.background_asked_ = true;
        }
        void operator()(const effect::EndBackground&) {
            EXPECT_EQ(self.background, 1) << "a background assertion ended that is not held";
            --self.background;
        }
        void operator()(const effect::SendRefresh& e) {
            self.check_send(e);
            self.sends.push_back(e);
            World& world = self.world_;
            OnWire on_wire;
            on_wire.flight = e.flight;
            on_wire.sent = Stamp::of(world.now);
            const std::string credential =
                text_of(e.credential != nullptr ? e.credential : self.record().pair->session_token);
            on_wire.answer =
                world.server.answer(credential, text_of(e.intent->idempotency_key), world.now);
            on_wire.due = world.now.elapsed + world.server.delay;
            self.wire.push_back(std::move(on_wire));
        }
        void operator()(const effect::AskProvider& e) {
            self.asks.push_back(e);
            ++self.world_.provider.asked;
            self.questions.push_back({e.ask, Stamp::of(self.world_.now)});
        }
        void operator()(const effect::Publish&) {}
        void operator()(const effect::GiveToken& e) {
            FakeOp answer;
            answer.given = true;
            answer.source = e.source;
            EXPECT_TRUE(self.has_token()) << "a token is given that was not published";
            if (self.has_token()) {
                answer.token = text_of(self.published->token);
                answer.generation = self.published->generation;
            }
            self.check_token(answer);
            self.answer_op(e.op, answer);
        }
        void operator()(const effect::FailOp& e) {
            FakeOp answer;
            answer.error = e.error;
            EXPECT_NE(e.error.code, Code::ok);
            self.answer_op(e.op, answer);
        }
        void operator()(const effect::FinishOp& e) {
            FakeOp answer;
            answer.finished = true;
            self.answer_op(e.op, answer);
        }
        void operator()(const effect::Announce& e) {
            EXPECT_TRUE(self.states.empty() || !(self.states.back() == e.info))
                << "announced twice";
            self.info = e.info;
            self.states.push_back(e.info);
        }
        void operator()(const effect::SetTimer& e) { self.timer = e.at; }
        void operator()(const effect::Spent&) {
            EXPECT_FALSE(self.spent);
            self.spent = true;
        }
        void operator()(const effect::Closed&) { self.closed = true; }
    };
    std::visit(Visitor{*this}, effect);
}

void Process::answer_op(OpID id, const FakeOp& answer) {
    FakeOp& op = ops[id];
    const int answers = op.answers + 1;
    op = answer;
    op.answers = answers;
    EXPECT_EQ(answers, 1) << "operation " << id << " answered again";
}

// R12, R13, R8: what goes out is what the disk says, under a lease of this process.
void Process::check_send(const effect::SendRefresh& send) const {
    const auto& stored = world_.disk.record;
    ASSERT_TRUE(stored.has_value()) << "sent without a record on disk";
    ASSERT_TRUE(stored->intent.has_value()) << "sent without a mark on disk";
    ASSERT_TRUE(stored->pair.has_value());
    EXPECT_FALSE(stored->tombstone.has_value());
    EXPECT_TRUE(same_secret(stored->intent->idempotency_key, send.intent->idempotency_key));
    EXPECT_TRUE(same_secret(stored->pair->refresh_token, send.credential))
        << "not the token of the record";
    EXPECT_EQ(stored->lease.owner, owner) << "sent without the lease";
    EXPECT_GT(send.lease_until, world_.now.elapsed);
    Record expected = *stored;
    expected.intent->idempotency_key = nullptr;
    expected.intent->fingerprint.clear();
    dress(expected);
    EXPECT_TRUE(same_secret(expected.intent->idempotency_key, send.intent->idempotency_key))
        << "the key is not that of the token";
    EXPECT_EQ(expected.intent->fingerprint, send.intent->fingerprint);
    EXPECT_LE(send.intent->key_epoch, 1U);
    EXPECT_TRUE(wire.empty()) << "two refreshes of one process at once";
}

void Process::check_token(const FakeOp& answer) const {
    const Record& held = machine.record();
    ASSERT_TRUE(held.pair.has_value());
    const auto left = life_left(*held.pair, world_.now);
    EXPECT_TRUE(!left || left->count > 0) << "an expired token was given";
    // By the token: after a loss of the store, with a clock that went back, a version can come twice (ADR 9).
    EXPECT_NE(answer.token, rejected_) << "a rejected token was given";
    EXPECT_FALSE(spent) << "a token after the end";
    EXPECT_EQ(text_of(held.pair->session_token), answer.token);
}

bool Process::work() {
    if (closed) {
        storage_.clear();
        return false;
    }
    if (background_asked_) {
        background_asked_ = false;
        if (grants_background) {
            ++background;
            ++backgrounds;
        }
        feed(event::BackgroundAnswered{grants_background});
        return true;
    }
    if (!storage_.empty() && !storage_stalls) {
        do_storage();
        return true;
    }
    return work_network() || work_provider();
}

bool Process::work_network() {
    if (wire.empty() || world_.server.held || wire.front().due > world_.now.elapsed) return false;
    const OnWire reply = wire.front();
    wire.pop_front();
    // A driver brings the memory for the commit; the machine makes do without.
    TxnRef room = reply.flight % 2 == 0 ? std::make_shared<TxnWork>(3) : nullptr;
    feed(event::RefreshAnswered{reply.flight, reply.sent, reply.answer, std::move(room)});
    return true;
}

bool Process::work_provider() {
    FakeProvider& provider = world_.provider;
    if (questions.empty() || provider.held) return false;
    event::ProviderAnswered answered;
    answered.ask = questions.front().ask;
    answered.sent = questions.front().sent;
    questions.pop_front();
    if (!provider.failures.empty()) {
        answered.error = provider.failures.front();
        provider.failures.pop_front();
    } else if (provider.always) {
        answered.error = *provider.always;
    } else {
        answered.ok = true;
        answered.issued = provider.fixed ? *provider.fixed : world_.server.mint(world_.now);
    }
    feed(answered);
    return true;
}

bool Process::journal_has(JournalEvent what) const {
    return journal_count(what) > 0;
}

int Process::journal_count(JournalEvent what) const {
    const auto is = [&](const JournalEntry& entry) { return entry.what == what; };
    const auto& stored = machine.record().journal.entries();
    const auto& fresh = machine.unwritten_journal();
    return static_cast<int>(std::count_if(stored.begin(), stored.end(), is) +
                            std::count_if(fresh.begin(), fresh.end(), is));
}

void stop_at(World& world, Process& process, TxnKind kind) {
    process.stall_at = kind;
    for (int i = 0; i < 2000 && !process.storage_stalls; ++i)
        world.advance(Millis{50});
    ASSERT_TRUE(process.storage_stalls);
    process.stall_at.reset();
}

void go_on(World& world, Process& process) {
    process.storage_stalls = false;
    world.settle();
}

}  // namespace credit::test

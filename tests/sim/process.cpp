#include "tests/sim/process.h"

#include <algorithm>
#include <utility>

#include "tests/sim/ports.h"
#include "tests/sim/transport.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

constexpr int kMostRounds = 5000;

}  // namespace

void SimExecutor::take(Jobs jobs) {
    jobs_.splice(jobs_.end(), jobs);
    if (!scheduled_) schedule();
}

void SimExecutor::schedule() {
    scheduled_ = true;
    World& world = process_.world;
    std::int64_t delay = world.rng.between(0, 3);
    if (world.disk.trouble.hang_ms > 0) {
        delay += std::exchange(world.disk.trouble.hang_ms, 0);
        world.felt(Fault::d4_busy);
        world.checks.refused(process_);
        process_.hung_until = world.now() + delay;
    }
    world.after(delay, &process_, [this] { work(); });
}

void SimExecutor::work() {
    if (jobs_.empty()) return;
    World& world = process_.world;
    world.at(process_, Boundary::job_before);
    Jobs one;
    one.splice(one.end(), jobs_, jobs_.begin());
    one.front()();
    one.clear();
    scheduled_ = false;
    world.at(process_, Boundary::job_after);
    if (!jobs_.empty()) schedule();
}

Process::Process(World& w, std::uint64_t number, int where)
    : world(w),
      serial(number),
      place(where),
      storage(std::make_shared<SimExecutor>(*this)),
      transport(std::make_shared<SimTransport>(*this)),
      rng_(w.rng.next()) {}

Process::~Process() {
    bury();
}

void Process::enter(const std::function<void()>& fn) {
    ++depth;
    try {
        fn();
        if (depth == 1 && !dying) pump();
    } catch (const ProcessDied&) {
    }
    --depth;
    if (dying && alive && depth == 0) bury();
}

// The process is gone: no callback comes, its locks are free, its connections are cut.
void Process::bury() {
    if (!alive) return;
    alive = false;
    dying = true;
    if (world.disk.lock_holder == serial) world.disk.lock_holder = 0;
    for (const auto& handle : handles) {
        handle->session.reset();
        handle->core.reset();
    }
    storage->clear();
    transport->clear();
    for (const auto& handle : handles)
        handle->engine.reset();
    flying_until = -1;
}

// Lets the engine work off everything that can happen at this instant.
void Process::pump() {
    for (std::size_t i = 0; i < handles.size(); ++i) {
        Handle& one = *handles[i];
        if (one.finished) continue;
        int rounds = 0;
        bool idle = false;
        do {
            one.poller->woken = false;
            idle = one.engine->run_once(Millis{0});
            if (++rounds > kMostRounds) return world.breach("R36", "the engine's thread spins");
        } while (one.poller->woken || (!one.closed && one.core->until_due().count <= 0));
        one.finished = one.closed && idle;
    }
    set_timer();
}

void Process::set_timer() {
    Millis due = Engine::kForever;
    for (const auto& one : handles) {
        if (!one->finished && !one->closed) due = min(due, one->core->until_due());
    }
    const std::int64_t wanted = world.now() + std::max<std::int64_t>(world.true_delay(due), 1);
    if (timer_at_ > world.now() && timer_at_ <= wanted)
        return;  // one that comes early does no harm
    timer_at_ = wanted;
    world.after(wanted - world.now(), this, [this, wanted] {
        if (timer_at_ != wanted) return;
        timer_at_ = -1;
        world.at(*this, Boundary::timer);
    });
}

Handle* Process::handle() {
    for (std::size_t i = handles.size(); i-- > 0;) {
        Handle& one = *handles[i];
        if (!one.end_called && !one.close_called && !one.closed) return &one;
    }
    return nullptr;
}

bool Process::has_open_handle() const {
    return std::any_of(handles.begin(), handles.end(), [](const auto& one) {
        return !one->end_called && !one->close_called && !one->closed;
    });
}

SessionConfig Process::config() {
    SessionConfig out;
    out.settings.platform_url = "https://platform.example.com";
    if (world.plan.provider == ProviderKind::partner_url ||
        world.plan.model == Model::partner_rewrites_key)
        out.settings.partner_url = "https://partner.example.com";
    if (world.plan.model == Model::partner_rewrites_key) out.settings.route = RefreshRoute::partner;
    out.settings.storage_identity = "simulated";
    out.settings.fingerprint = "one";
    out.ports.store = std::make_shared<SimStore>(*this);
    out.ports.transport = transport;
    out.ports.clock = std::make_shared<SimClock>(world);
    out.ports.entropy = std::make_shared<SimEntropy>(rng_.next());
    out.ports.logger = std::make_shared<SimLogger>(*this);
    if (world.plan.background) out.ports.background = std::make_shared<SimBackground>(*this);
    if (world.plan.provider == ProviderKind::port)
        out.ports.provider = std::make_shared<SimProvider>(*this);
    out.ports.tls = std::make_shared<const TlsSettings>();
    return out;
}

void Process::open() {
    world.at(*this, Boundary::opened);
    if (serial > 1 || !handles.empty()) ++world.restarts;
    handles.push_back(std::make_unique<Handle>());
    Handle& made = *handles.back();
    made.poller = std::make_shared<SimPoller>();
    made.engine = std::make_unique<Engine>(made.poller, storage);
    made.core = std::make_shared<SessionCore>(*made.engine, config(), std::string(kBorrower));
    made.core->post([core = made.core] { core->open(); });
    made.session = std::make_unique<Session>(made.core);
    made.session->subscribe([this, &made](const StateInfo& info) { announced(made, info); },
                            nullptr);
    world.note_health();
}

void Process::reopen(std::int64_t delay) {
    world.after(delay, this, [this] {
        if (!has_open_handle()) open();
    });
}

void Process::announced(Handle& one, const StateInfo& info) {
    world.checks.called_back(*this);
    world.trace.add(world.now(), place, "state", static_cast<std::int64_t>(info.state),
                    static_cast<std::int64_t>(info.properties) * 10'000 +
                        static_cast<std::int64_t>(info.reason));
    if (one.closed) return world.breach("R34", "an announcement after the session was closed");
    one.state = info;
    if (info.state == PublicState::closed) {
        one.closed = true;
        if (info.reason != Code::ok) reopen(1000);  // it broke: the app opens it again
    }
    world.at(*this, Boundary::announced);
}

}  // namespace credit::sim

#include "tests/sim/world.h"

#include <algorithm>
#include <utility>

#include "tests/sim/calm.h"
#include "tests/sim/process.h"

namespace credit::sim {
namespace {

constexpr std::uint64_t kMostEvents = 200'000;

Excuse judge(void* world, int refresh, const RefreshCall& call) {
    return static_cast<World*>(world)->checks.judge_refusal(refresh, call);
}

}  // namespace

World::World(const Plan& wanted, Trace& to, Tally& counts)
    : plan(wanted),
      trace(to),
      tally(counts),
      rng(wanted.seed),
      server(plan, ledger),
      disk(plan.semantics, rng.next()),
      checks(*this),
      faults_(wanted.faults),
      passed_(wanted.faults.size(), 0),
      fired_(wanted.faults.size(), false) {
    server.judge = judge;
    server.judge_with = this;
}

World::~World() {
    for (const auto& process : processes_)
        process->bury();
}

Now World::device_now() const noexcept {
    const std::int64_t drift = now_ / 1000 * plan.drift_ppm / 1000;
    const std::int64_t up = now_ - boot_at_;
    return {
        {kEpochMs + now_ + drift + wall_offset}, {up + up / 1000 * plan.drift_ppm / 1000}, {boot_}};
}

std::int64_t World::true_delay(Millis device) const noexcept {
    if (device.count <= 0) return 0;
    return device.count - device.count / 1000 * plan.drift_ppm / 1000 +
           (plan.drift_ppm > 0 ? 0 : 1);
}

void World::push(Event event) {
    queue_.push_back(std::move(event));
    std::push_heap(queue_.begin(), queue_.end(), later);
}

void World::after(std::int64_t delay, Process* process, std::function<void()> fn) {
    push({now_ + std::max<std::int64_t>(delay, 0), ++order_,
          process == nullptr ? 0 : process->serial, std::move(fn)});
}

void World::run_until(std::int64_t end) {
    while (!queue_.empty() && !broken() && queue_.front().at <= end) {
        std::pop_heap(queue_.begin(), queue_.end(), later);
        Event event = std::move(queue_.back());
        queue_.pop_back();
        now_ = std::max(now_, event.at);
        dispatch(event);
    }
    if (!broken()) now_ = std::max(now_, end);
}

void World::dispatch(Event& event) {
    if (++done_ > kMostEvents) return breach("R19", "the schedule never comes to rest");
    ++tally.events;
    if (event.process == 0) return event.fn();
    Process& owner = *process(event.process);
    if (!owner.alive || owner.dying) return;
    if (owner.suspended_until > now_ || owner.depth > 0) {  // waits, in order, until it is resumed
        event.at = std::max(owner.suspended_until, now_ + 1);
        return push(std::move(event));
    }
    owner.enter(event.fn);
}

void World::at(Process& where, Boundary boundary, bool may_throw) {
    const auto leave_if_dying = [&] {
        if (where.dying && may_throw && where.depth > 0) throw ProcessDied{};
    };
    leave_if_dying();
    trace.add(now_, where.place, name_of(boundary));
    ++tally.passed[static_cast<std::size_t>(boundary)];
    if (boundary == Boundary::load_after || boundary == Boundary::peek_after)
        where.looked_at.push_back(now_);
    if (calm) return;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        PlannedFault& fault = faults_[i];
        if (fired_[i] || fault.where != boundary || (fault.in_recovery && fired_count_ == 0))
            continue;
        if (++passed_[i] < fault.nth) continue;
        fired_[i] = true;
        ++fired_count_;
        fire(fault, where);
    }
    leave_if_dying();
}

void World::breach(const char* rule, std::string text) {
    if (breach_.found) return;
    breach_ = {true, rule, std::move(text), now_};
    if (trace.printing()) trace.add(now_, -1, "BREACH " + breach_.rule + ": " + breach_.text);
}

Process* World::process(std::uint64_t serial) {
    return serial == 0 || serial > processes_.size() ? nullptr : processes_[serial - 1].get();
}

Process* World::place(int index) {
    Process* found = process(places_.at(static_cast<std::size_t>(index)));
    return found != nullptr && found->alive && !found->dying ? found : nullptr;
}

Process& World::spawn(int index) {
    processes_.push_back(std::make_unique<Process>(*this, processes_.size() + 1, index));
    Process& made = *processes_.back();
    places_.at(static_cast<std::size_t>(index)) = made.serial;
    trace.add(now_, index, "process", static_cast<std::int64_t>(made.serial));
    made.enter([&made] { made.open(); });
    return made;
}

void World::each_process(const std::function<void(Process&)>& visit) {
    for (std::size_t i = 0; i < processes_.size(); ++i)
        visit(*processes_[i]);
}

void World::each_live(const std::function<void(Process&)>& visit) {
    each_process([&](Process& process) {
        if (process.alive && !process.dying) visit(process);
    });
}

bool World::owner_gone(std::uint64_t serial, std::int64_t) {
    Process* owner = process(serial);
    if (owner == nullptr) return true;
    return !owner->alive && owner->forked_until <= now_;
}

bool World::healthy() const {
    bool anybody = false;
    for (const auto& process : processes_) {
        if (process->alive && !process->dying && process->suspended_until > now_) return false;
        anybody = anybody || (process->alive && !process->dying &&
                              process->suspended_until <= now_ && process->has_open_handle());
    }
    return anybody && weather.quiet() && server.mood.quiet() && disk.trouble.quiet(now_);
}

void World::note_health() {
    const bool now_healthy = healthy();
    if (!health_.empty() && health_.back().second == now_healthy) return;
    health_.emplace_back(now_, now_healthy);
}

std::int64_t World::longest_healthy(std::int64_t from, std::int64_t to) const {
    std::int64_t longest = 0;
    for (std::size_t i = 0; i < health_.size(); ++i) {
        if (!health_[i].second) continue;
        const std::int64_t end = i + 1 < health_.size() ? health_[i + 1].first : now_;
        longest = std::max(longest, std::min(end, to) - std::max(health_[i].first, from));
    }
    return longest;
}

void World::schedule_steps() {
    for (const PlannedStep& step : plan.steps) {
        after(step.at, nullptr, [this, step] {
            if (step.what == Step::open_other) {
                for (int i = 1; i < plan.processes; ++i) {
                    if (process(places_[static_cast<std::size_t>(i)]) == nullptr) {
                        spawn(i);
                        return;
                    }
                }
                return;
            }
            Process* who = place(step.place);
            if (who == nullptr) who = place(0);
            if (who == nullptr || who->suspended_until > now_) return;
            who->enter([&] { who->perform(step.what, step.param); });
        });
    }
}

// What was planned for a boundary that never came sets in now, so that no schedule has fewer faults than it promises.
void World::fire_leftovers() {
    for (std::size_t i = 0; i < faults_.size() && fired_count_ < 2; ++i) {
        if (fired_[i] || broken()) continue;
        Process* who = place(0);
        if (who == nullptr) return;
        fired_[i] = true;
        ++fired_count_;
        faults_[i].where = Boundary::timer;
        fire(faults_[i], *who);
        run_until(now_ + 60'000);
        who = place(0);
        if (who != nullptr && who->suspended_until <= now_)
            who->enter([&] { who->perform(Step::token, 0); });
        run_until(now_ + plan.life_ms);
    }
}

void World::run() {
    note_health();
    Process& first = spawn(0);
    after(rng.between(1, 50), &first, [this, &first] {
        plan.starts_by_adopt ? first.ask_adopt(false) : first.ask_start(false);
    });
    schedule_steps();
    const std::int64_t last = plan.steps.empty() ? plan.life_ms : plan.steps.back().at;
    run_until(last + 30'000);
    fire_leftovers();
    Calm(*this).run();
    checks.audit();
    tally.faults += static_cast<std::uint64_t>(fired_count_);
    tally.rotations += static_cast<std::uint64_t>(server.rotations);
}

}  // namespace credit::sim

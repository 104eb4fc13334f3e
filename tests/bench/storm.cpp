// T9: fetches over a token's life, for every lifetime from 1 s to 600 s, and callers of a source that fails at once, later or
// never answers. Prints JSON; nothing in it is timed but the callers' deadlines.
#include <algorithm>
#include <cstdio>
#include <deque>

#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::int64_t kCalls = 1000;
constexpr std::int64_t kLongestLifeS = 600;
constexpr std::int64_t kLifeOfVainMs = 60'000;
constexpr int kWaiters = 100;
constexpr std::int64_t kDeadlineMs = 300;
constexpr std::int64_t kStuckAfterMs = 30'000;

struct Lives {
    std::uint64_t most_fresh = 0;        // fetches while the token was not near its end
    std::uint64_t most_whole = 0;        // fetches over a whole life
    std::int64_t worst_life_s = 0;       // of most_whole
    std::uint64_t fetches_at_299_s = 0;  // over a whole life
};

// 1,000 calls, evenly over the token's life: over its first half, in which it is fresh, and then to its end.
void live_through(World& world, credit_session* session, std::int64_t life_s, Lives& lives) {
    world.set_life(life_s);
    const std::string borrower = "borrower";
    world.adopt(session, borrower);
    const std::uint64_t begin = world.fetches();
    std::uint64_t fresh = 0;
    const std::int64_t life_ms = life_s * 1000;
    for (std::int64_t i = 0; i < kCalls; ++i) {
        const std::int64_t step = life_ms * (i + 1) / kCalls - life_ms * i / kCalls;
        must(world.token(session), "a token over its life");
        if (i == kCalls / 2) fresh = world.fetches() - begin;
        world.advance(i + 1 == kCalls ? 0 : step);
    }
    const std::uint64_t whole = world.fetches() - begin;
    lives.most_fresh = std::max(lives.most_fresh, fresh);
    if (whole > lives.most_whole) lives.worst_life_s = life_s;
    lives.most_whole = std::max(lives.most_whole, whole);
    if (life_s == 299) lives.fetches_at_299_s = whole;
}

struct Callers {
    int stuck = 0;
    int without_error = 0;
    std::int64_t latest_ms = 0;  // after the deadline
    std::uint64_t fetches = 0;
    bool healed = false;
};

// A session whose token has ended, and a source in trouble.
Callers wait_in_vain(Source source) {
    World& world = *new World(Setup{64, kLifeOfVainMs / 1000, "", Time::running, 400});
    credit_session* session = world.live("borrower");
    world.set_source(source);
    world.advance(kLifeOfVainMs + 1);
    world.set_life(3600);
    const std::uint64_t begin = world.fetches();
    std::deque<Answer> answers(kWaiters);
    credit_token_options options{};
    options.struct_size = sizeof options;
    options.deadline_ms = kDeadlineMs;
    const std::int64_t asked = monotonic_ns();
    for (Answer& answer : answers)
        must(credit_session_get_token(session, &options, &answer, Answer::on_token, nullptr),
             "get_token");
    Callers out;
    for (Answer& answer : answers) {
        if (!answer.wait_for(kStuckAfterMs)) {
            ++out.stuck;
            continue;
        }
        if (answer.code() == CREDIT_OK) ++out.without_error;
        out.latest_ms = std::max(out.latest_ms, (answer.at_ns() - asked) / 1'000'000 - kDeadlineMs);
    }
    out.fetches = world.fetches() - begin;
    world.set_source(Source::answers);
    Answer* healed = new Answer;  // it may come after this function gave up
    options.deadline_ms = kStuckAfterMs;
    must(credit_session_get_token(session, &options, healed, Answer::on_token, nullptr),
         "get_token");
    out.healed = healed->wait_for(kStuckAfterMs + 1000) && healed->code() == CREDIT_OK;
    return out;
}

void print(const char* name, const Callers& callers) {
    std::printf(
        R"("%s":{"waiters":%d,"stuck":%d,"without_error":%d,"latest_ms":%lld,"fetches":%llu,"healed":%s})",
        name, kWaiters, callers.stuck, callers.without_error,
        static_cast<long long>(callers.latest_ms), static_cast<unsigned long long>(callers.fetches),
        callers.healed ? "true" : "false");
}

void run(std::int64_t longest_life_s) {
    World& world = *new World(Setup{64, 600, "", Time::standing, 0});
    credit_session* session = world.open("borrower");
    Lives lives;
    for (std::int64_t life_s = 1; life_s <= longest_life_s; ++life_s)
        live_through(world, session, life_s, lives);
    std::printf(
        R"({"lifetimes":%lld,"calls":%lld,"most_fresh":%llu,"most_whole":%llu,"worst_life_s":%lld,"at_299_s":%llu,)",
        static_cast<long long>(longest_life_s), static_cast<long long>(kCalls),
        static_cast<unsigned long long>(lives.most_fresh),
        static_cast<unsigned long long>(lives.most_whole),
        static_cast<long long>(lives.worst_life_s),
        static_cast<unsigned long long>(lives.fetches_at_299_s));
    print("at_once", wait_in_vain(Source::fails_at_once));
    std::putchar(',');
    print("later", wait_in_vain(Source::fails_later));
    std::putchar(',');
    print("never", wait_in_vain(Source::never));
    std::puts("}");
}

}  // namespace
}  // namespace credit::bench

int main(int argc, char** argv) {
    using namespace credit::bench;
    if (argc > 2) die("usage: credit-bench-storm [LONGEST-LIFE-IN-S]");
    run(argc == 2 ? number(argv[1], "the longest life") : kLongestLifeS);
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}

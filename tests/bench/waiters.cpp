// T7 and T8: callers that wait for one refresh, and what letting go of them costs beside an intrusive list of as many.
//
//   credit-bench-waiters N     prints JSON: nanoseconds per waiter from the first callback to the last, of the library and of the
//                              list; fetches, answers and allocations
#include <cstdio>
#include <vector>

#include "tests/bench/counters.h"
#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::int64_t kLifeS = 3600;

// What a callback does: as little as tells that all were called, and when.
struct Tally {
    std::atomic<std::int64_t> answered{0};
    std::int64_t failed = 0;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    std::int64_t expected = 0;

    void count(bool fine) {
        if (answered.load(std::memory_order_relaxed) == 0) first_ns = monotonic_ns();
        failed += fine ? 0 : 1;
        const std::int64_t now = answered.load(std::memory_order_relaxed) + 1;
        if (now == expected) last_ns = monotonic_ns();
        answered.store(now, std::memory_order_release);
        if (now == expected) answered.notify_one();
    }
    void wait() {
        for (std::int64_t seen = answered.load(); seen != expected; seen = answered.load())
            answered.wait(seen);
    }
    double each() const {
        return static_cast<double>(last_ns - first_ns) / static_cast<double>(expected);
    }
};

void on_token(void* context, credit_token* token, const credit_error*) {
    static_cast<Tally*>(context)->count(token != nullptr);
}

// The least that could hold waiters: a list through the callers' own memory, emptied in one go.
struct Waiter {
    Waiter* next = nullptr;
    credit_token_callback callback = nullptr;
    void* context = nullptr;
};

double list_of(std::int64_t count, credit_token* token) {
    std::vector<Waiter> waiters(static_cast<std::size_t>(count));
    Tally tally;
    tally.expected = count;
    std::mutex mutex;
    Waiter* head = nullptr;
    for (Waiter& waiter : waiters) {
        const std::lock_guard<std::mutex> hold(mutex);
        waiter = {head, on_token, &tally};
        head = &waiter;
    }
    Waiter* all = nullptr;
    {
        const std::lock_guard<std::mutex> hold(mutex);
        std::swap(all, head);
    }
    for (; all != nullptr; all = all->next)
        all->callback(all->context, token, nullptr);
    return tally.each();
}

void fence_done(void* context, credit_str, const credit_error*) {
    static_cast<Answer*>(context)->arrive(CREDIT_OK);
}

void run(std::int64_t count) {
    World& world = *new World(Setup{600, kLifeS, "", Time::standing, 0});
    credit_session* session = world.live("borrower");
    world.set_source(Source::held);
    world.advance((kLifeS + 1) * 1000);
    Tally& tally = *new Tally;
    tally.expected = count;
    const std::uint64_t fetches = world.fetches();
    const Counts begin = counts_of_all_threads();
    for (std::int64_t i = 0; i < count; ++i)
        must(credit_session_get_token(session, nullptr, &tally, on_token, nullptr), "get_token");
    // Behind all of them in the engine's queue: when it is answered they are waiting.
    Answer& fence = *new Answer;
    must(credit_session_diagnostics(session, &fence, fence_done, nullptr), "diagnostics");
    must(fence.wait(), "diagnostics");
    world.release();
    tally.wait();
    const Counts counted = counts_of_all_threads() - begin;
    credit_token* token = nullptr;
    must(credit_session_current_token(session, 0, &token), "a token for the list");
    const double list = list_of(count, token);
    credit_token_release(token);
    std::printf(
        R"({"waiters":%lld,"each_ns":%.2f,"list_ns":%.2f,"fetches":%llu,"failed":%lld,"allocations":%llu})",
        static_cast<long long>(count), tally.each(), list,
        static_cast<unsigned long long>(world.fetches() - fetches),
        static_cast<long long>(tally.failed), static_cast<unsigned long long>(counted.allocations));
    std::puts("");
}

}  // namespace
}  // namespace credit::bench

int main(int argc, char** argv) {
    using namespace credit::bench;
    if (argc != 2) die("usage: credit-bench-waiters N");
    run(number(argv[1], "N"));
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}

// T1 to T4: reading the token of right now, beside floors that do the least that could be done, and beside a cache as others
// write it. A writer puts new tokens in place all the time, into the library, the floor and the cache alike.
#include <benchmark/benchmark.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "tests/bench/comparison_cache.h"
#include "tests/bench/load.h"
#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::size_t kTokenBytes = 1024;
constexpr std::int64_t kLifeS = 86'400;
constexpr std::chrono::milliseconds kWriteEvery{10};

std::string borrower_name(std::size_t i) {
    return "borrower-" + std::to_string(i);
}

class Stage {
  public:
    explicit Stage(std::size_t count)
        : world_(*new World(Setup{kTokenBytes, kLifeS, "", Time::system, 0})) {
        for (std::size_t i = 0; i < count; ++i)
            sessions_.push_back(world_.live(borrower_name(i)));
        for (Credentials& held : floors_) {
            held.token.assign(kTokenBytes, 'x');
            held.ends_ms = boot_time_ms() + kLifeS * 1000;
        }
        write_floors(0);
        writer_ = std::thread([this] { write(); });
    }
    ~Stage() {
        done_ = true;
        writer_.join();
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    credit_session* first() const { return sessions_.front(); }
    const std::vector<credit_session*>& all() const { return sessions_; }
    ComparisonCache& cache() { return cache_; }
    const Credentials* floor() const { return floor_.load(std::memory_order_acquire); }

  private:
    void write_floors(std::size_t round) {
        floor_.store(&floors_[round % floors_.size()], std::memory_order_release);
        cache_.set(std::make_shared<const Credentials>(floors_[0]));
    }
    void write() {
        for (std::size_t round = 1; !done_; ++round) {
            std::this_thread::sleep_for(kWriteEvery);
            write_floors(round);
            world_.adopt(first(), borrower_name(0));
        }
    }

    World& world_;
    std::vector<credit_session*> sessions_;
    std::array<Credentials, 2> floors_;
    std::atomic<const Credentials*> floor_{nullptr};
    ComparisonCache cache_;
    std::atomic<bool> done_{false};
    std::thread writer_;
};

Stage* stage = nullptr;

// Every read has to succeed, also while a new token is being put in place; `read` says whether it did.
template <class Read>
void measure(benchmark::State& state, Read read) {
    pin_to(state.thread_index());
    const ForeignLoad load;
    std::size_t missed = 0;
    for (auto _ : state)
        missed += read() ? 0 : 1;
    state.counters["missed"] = static_cast<double>(missed);
    if (state.thread_index() == 0) state.counters["foreign"] = load.share();
}

bool copy_from(credit_session* session, char* buffer, std::size_t capacity) {
    std::size_t size = 0;
    const bool fine =
        credit_session_copy_token(session, 0, buffer, capacity, &size, nullptr) == CREDIT_OK;
    benchmark::DoNotOptimize(buffer);
    benchmark::ClobberMemory();
    return fine;
}

bool borrow_from(credit_session* session) {
    credit_token* token = nullptr;
    const bool fine = credit_session_current_token(session, 0, &token) == CREDIT_OK;
    benchmark::DoNotOptimize(token);
    credit_token_release(token);
    return fine;
}

void floor_copy(benchmark::State& state) {
    std::array<char, 2048> buffer;
    measure(state, [&] {
        const Credentials* held = stage->floor();
        if (boot_time_ms() >= held->ends_ms) return false;
        std::memcpy(buffer.data(), held->token.c_str(), held->token.size() + 1);
        benchmark::DoNotOptimize(buffer);
        benchmark::ClobberMemory();
        return true;
    });
}

void floor_borrow(benchmark::State& state) {
    measure(state, [] {
        const Credentials* held = stage->floor();
        benchmark::DoNotOptimize(held);
        return boot_time_ms() < held->ends_ms;
    });
}

void sdk_copy(benchmark::State& state) {
    std::array<char, 2048> buffer;
    measure(state, [&] { return copy_from(stage->first(), buffer.data(), buffer.size()); });
}

void sdk_borrow(benchmark::State& state) {
    measure(state, [] { return borrow_from(stage->first()); });
}

void cache_copy(benchmark::State& state) {
    std::array<char, 2048> buffer;
    measure(state, [&] {
        std::size_t size = 0;
        const bool fine = stage->cache().copy(buffer.data(), buffer.size(), size);
        benchmark::DoNotOptimize(buffer);
        benchmark::ClobberMemory();
        return fine;
    });
}

void cache_borrow(benchmark::State& state) {
    measure(state, [] {
        const ComparisonCache::Ref held = stage->cache().get();
        benchmark::DoNotOptimize(held.get());
        return held != nullptr;
    });
}

// Each call another session, so that none is in the processor's nearest cache when there are many.
void sdk_copy_each(benchmark::State& state) {
    std::array<char, 2048> buffer;
    std::size_t next = 0;
    measure(state, [&] {
        credit_session* session = stage->all()[next];
        next = next + 1 == stage->all().size() ? 0 : next + 1;
        return copy_from(session, buffer.data(), buffer.size());
    });
}

BENCHMARK(floor_copy)->UseRealTime();
BENCHMARK(sdk_copy)->UseRealTime();
BENCHMARK(sdk_copy_each)->UseRealTime();
BENCHMARK(floor_borrow)->UseRealTime();
BENCHMARK(sdk_borrow)->UseRealTime();
BENCHMARK(cache_copy)->Threads(8)->UseRealTime();
BENCHMARK(sdk_copy)->Threads(8)->UseRealTime();
BENCHMARK(cache_borrow)->Threads(8)->UseRealTime();
BENCHMARK(sdk_borrow)->Threads(8)->UseRealTime();

}  // namespace
}  // namespace credit::bench

// CREDIT_BENCH_SESSIONS: how many are open [1].
int main(int argc, char** argv) {
    using namespace credit::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const char* given = std::getenv("CREDIT_BENCH_SESSIONS");
    const auto count = given == nullptr ? 1 : number(given, "CREDIT_BENCH_SESSIONS");
    Stage set(static_cast<std::size_t>(count));
    stage = &set;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}

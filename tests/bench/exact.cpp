// T5 and T10: what is counted and not timed. Runs one thing N times, between two system calls that a tracer recognises (a
// write to descriptor -1), and prints what was counted as JSON; callgrind's counts are taken from two runs of different N.
//
//   credit-bench-exact copy|current|memcpy N      the hot path; the copy alone
//   credit-bench-exact refresh N [FOLDER]         whole refreshes, each with a fresh pair; records in memory or in FOLDER
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "tests/bench/counters.h"
#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::size_t kTokenBytes = 1024;
// With these the reply to a refresh has about 1,170 bytes.
constexpr std::size_t kRefreshTokenBytes = 600;
constexpr std::int64_t kLifeS = 3600;

void mark(std::string_view what) {
    const ssize_t refused = ::write(-1, what.data(), what.size());
    if (refused >= 0) die("a write to no file went through");
}

void print(const char* what, std::int64_t rounds, const Counts& counted) {
    std::printf(
        R"({"what":"%s","rounds":%lld,"allocations":%llu,"locks":%llu,"syncs":%llu,"preads":%llu)",
        what, static_cast<long long>(rounds), static_cast<unsigned long long>(counted.allocations),
        static_cast<unsigned long long>(counted.locks),
        static_cast<unsigned long long>(counted.syncs),
        static_cast<unsigned long long>(counted.reads));
}

// `once` says whether it went well.
template <class Once>
void hot(const char* what, std::int64_t rounds, Once once) {
    if (!once()) die("the first round failed");  // what is made at first use is made now
    const Counts begin = counts_of_this_thread();
    mark("begin");
    std::int64_t failed = 0;
    for (std::int64_t i = 0; i < rounds; ++i)
        failed += once() ? 0 : 1;
    mark("end");
    const Counts counted = counts_of_this_thread() - begin;
    if (failed != 0) die("a round failed");
    print(what, rounds, counted);
    std::puts("}");
}

void run_copy(std::int64_t rounds) {
    World& world = *new World(Setup{kTokenBytes, kLifeS, "", Time::system, 0});
    credit_session* session = world.live("borrower");
    std::array<char, 2048> buffer;
    hot("copy", rounds, [&] {
        std::size_t size = 0;
        return credit_session_copy_token(session, 0, buffer.data(), buffer.size(), &size,
                                         nullptr) == CREDIT_OK;
    });
}

void run_current(std::int64_t rounds) {
    World& world = *new World(Setup{kTokenBytes, kLifeS, "", Time::system, 0});
    credit_session* session = world.live("borrower");
    hot("current", rounds, [&] {
        credit_token* token = nullptr;
        const credit_code code = credit_session_current_token(session, 0, &token);
        credit_token_release(token);
        return code == CREDIT_OK;
    });
}

void run_memcpy(std::int64_t rounds) {
    const std::string from(kTokenBytes, 'x');
    std::array<char, 2048> buffer;
    hot("memcpy", rounds, [&] {
        std::memcpy(buffer.data(), from.c_str(), from.size() + 1);
        asm volatile("" : : "r"(buffer.data()) : "memory");
        return true;
    });
}

void run_refresh(std::int64_t rounds, const std::string& folder) {
    World& world = *new World(Setup{kRefreshTokenBytes, kLifeS, folder, Time::standing, 0});
    credit_session* session = world.live("borrower");
    const auto once = [&] {
        world.advance((kLifeS + 1) * 1000);
        must(world.token(session), "refresh");
    };
    for (int i = 0; i < 8; ++i)
        once();  // the journal and the buffers have their full size from here on
    const std::uint64_t fetches = world.fetches();
    const std::uint64_t loads = world.loads();
    const std::uint64_t replaces = world.replaces();
    const Counts begin = counts_of_all_threads();
    for (std::int64_t i = 0; i < rounds; ++i)
        once();
    const Counts counted = counts_of_all_threads() - begin;
    print("refresh", rounds, counted);
    std::printf(R"(,"fetches":%llu,"loads":%llu,"replaces":%llu})"
                "\n",
                static_cast<unsigned long long>(world.fetches() - fetches),
                static_cast<unsigned long long>(world.loads() - loads),
                static_cast<unsigned long long>(world.replaces() - replaces));
}

}  // namespace
}  // namespace credit::bench

int main(int argc, char** argv) {
    using namespace credit::bench;
    if (argc < 3 || argc > 4)
        die("usage: credit-bench-exact copy|current|memcpy|refresh N [FOLDER]");
    const std::string_view what = argv[1];
    const std::int64_t rounds = number(argv[2], "N");
    if (what == "copy") {
        run_copy(rounds);
    } else if (what == "current") {
        run_current(rounds);
    } else if (what == "memcpy") {
        run_memcpy(rounds);
    } else if (what == "refresh") {
        run_refresh(rounds, argc == 4 ? argv[3] : "");
    } else {
        die("no such thing to count");
    }
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}

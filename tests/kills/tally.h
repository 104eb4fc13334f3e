// Counts what the cases found and says it.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "tests/kills/case.h"
#include "tests/kills/runner.h"

namespace credit::test {

class Tally {
  public:
    // `repeat`: the command line before "--case TEXT".
    Tally(std::string repeat, bool progress) : repeat_(std::move(repeat)), progress_(progress) {}

    // Safe from many threads. A bad case is printed with the one command that repeats it.
    void add(const Case& one, const Outcome& outcome);
    // What the bar counts from now on: so many cases more, or kills up to this number.
    void expect_cases(std::uint64_t more);
    void expect_kills(std::uint64_t in_all);
    std::uint64_t kills() const;
    bool good() const;
    // A line for each model, one for each kind of fault, and the last one:
    // "kills=N lost=L corrupt=C reuse=R". L leaves the unavoidable ones out; they stand in their
    // model's line.
    void print(double seconds, std::size_t left_out) const;

  private:
    struct Line {
        std::uint64_t cases = 0, kills = 0, lost = 0, unavoidable = 0, healed = 0, corrupt = 0,
                      reuse = 0, bad = 0, fired = 0;
        void add(const Outcome& outcome);
    };
    void show_progress() const;

    mutable std::mutex mutex_;
    std::string repeat_;
    bool progress_;
    std::uint64_t goal_ = 0;
    bool counts_kills_ = false;
    std::map<std::string, Line> models_;
    std::map<std::string, Line> faults_;
    Line all_;
};

}  // namespace credit::test

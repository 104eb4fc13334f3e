#include "tests/kills/tally.h"

#include <cstdio>

namespace credit::test {

void Tally::Line::add(const Outcome& outcome) {
    cases += 1;
    kills += static_cast<std::uint64_t>(outcome.kills);
    fired += outcome.fired ? 1 : 0;
    lost += outcome.lost ? 1 : 0;
    unavoidable += outcome.unavoidable ? 1 : 0;
    healed += outcome.healed ? 1 : 0;
    corrupt += outcome.corrupt ? 1 : 0;
    reuse += outcome.reuse ? 1 : 0;
    bad += outcome.good() ? 0 : 1;
}

void Tally::add(const Case& one, const Outcome& outcome) {
    const std::lock_guard<std::mutex> hold(mutex_);
    models_[one.model].add(outcome);
    faults_[one.faults.front().kind].add(outcome);
    all_.add(outcome);
    if (!outcome.good()) {
        std::printf("FAILED %s --case %s\n", repeat_.c_str(), text_of(one).c_str());
        std::printf("    lost=%d corrupt=%d reuse=%d\n", outcome.lost ? 1 : 0,
                    outcome.corrupt ? 1 : 0, outcome.reuse ? 1 : 0);
        for (const std::string& text : outcome.problems)
            std::printf("    %s\n", text.c_str());
        std::fflush(stdout);
    }
    if (progress_) show_progress();
}

void Tally::expect_cases(std::uint64_t more) {
    const std::lock_guard<std::mutex> hold(mutex_);
    goal_ = all_.cases + more;
    counts_kills_ = false;
}

void Tally::expect_kills(std::uint64_t in_all) {
    const std::lock_guard<std::mutex> hold(mutex_);
    goal_ = in_all;
    counts_kills_ = true;
}

void Tally::show_progress() const {
    constexpr std::uint64_t kWidth = 40;
    const std::uint64_t done = counts_kills_ ? all_.kills : all_.cases;
    const std::uint64_t filled = goal_ <= done ? kWidth : done * kWidth / goal_;
    const std::string bar = std::string(filled, '#') + std::string(kWidth - filled, ' ');
    std::fprintf(stderr, "\r[%s] %llu of %llu %s, %llu bad ", bar.c_str(),
                 static_cast<unsigned long long>(done), static_cast<unsigned long long>(goal_),
                 counts_kills_ ? "kills" : "cases", static_cast<unsigned long long>(all_.bad));
}

std::uint64_t Tally::kills() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return all_.kills;
}

bool Tally::good() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    // Faults that the runs never met prove nothing; a few come too late for theirs.
    const bool met = all_.fired * 10 >= all_.cases * 7;
    return all_.bad == 0 && all_.cases > 0 && met;
}

void Tally::print(double seconds, std::size_t left_out) const {
    const std::lock_guard<std::mutex> hold(mutex_);
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    if (progress_) std::fprintf(stderr, "\n");
    for (const auto& [name, line] : faults_) {
        std::printf("fault=%-12s cases=%llu reached=%llu bad=%llu\n", name.c_str(),
                    number(line.cases), number(line.fired), number(line.bad));
    }
    for (const auto& [name, line] : models_) {
        std::printf("model=%-19s cases=%llu kills=%llu lost=%llu unavoidable=%llu healed=%llu\n",
                    name.c_str(), number(line.cases), number(line.kills), number(line.lost),
                    number(line.unavoidable), number(line.healed));
    }
    std::printf("cases=%llu left_out=%zu bad=%llu seconds=%.1f\n", number(all_.cases), left_out,
                number(all_.bad), seconds);
    std::printf("kills=%llu lost=%llu corrupt=%llu reuse=%llu\n", number(all_.kills),
                number(all_.lost), number(all_.corrupt), number(all_.reuse));
}

}  // namespace credit::test

// credit-kills: the sample against the sandbox, killed and starved at every storage call.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "tests/kills/enumerate.h"
#include "tests/kills/runner.h"
#include "tests/kills/seeded.h"
#include "tests/kills/tally.h"

namespace credit::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    bool systematic = false;
    bool whole = false;
    bool list = false;
    bool progress = false;
    std::string only;
    std::uint64_t random = 0;
    std::uint64_t kills = 0;
    std::uint64_t seed = 1;
    std::uint64_t budget_seconds = 0;
    unsigned jobs = 0;
    std::string models = "idempotent";
    std::string one_case;
    std::string breakage;
};

std::vector<std::string> wanted_models(const std::string& name) {
    if (name == "all") return all_models();
    if (name == "idempotent") return {"replay", "keeps_refresh_token"};
    return {name};
}

std::string repeat_command(const std::string& program, const Options& options) {
    return program + (options.breakage.empty() ? "" : " --breakage " + options.breakage);
}

class Campaign {
  public:
    Campaign(const Options& options, const std::string& program)
        : options_(options),
          tally_(repeat_command(program, options), options.progress),
          started_(Clock::now()) {
        // Setting up is most of a small job's time: not more devices than cases.
        const unsigned jobs = options.one_case.empty() ? options.jobs : 1;
        devices_.resize(jobs);
        for_each_device(
            [&](std::size_t i) { devices_[i] = std::make_unique<Device>(options_.breakage); });
    }

    int run() {
        if (!options_.one_case.empty()) {
            run_list({case_of(options_.one_case)});
            return finish();
        }
        calls_ = list_calls(*devices_.front());
        if (options_.list) return print_calls();
        if (options_.systematic) run_list(systematic());
        if (options_.random > 0) run_random(tally_.kills() + options_.random);
        if (options_.kills > 0) run_random(options_.kills);
        return finish();
    }

  private:
    void for_each_device(const std::function<void(std::size_t)>& work) {
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < devices_.size(); ++i)
            threads.emplace_back(work, i);
        for (std::thread& thread : threads)
            thread.join();
    }

    bool is_time_over() const {
        const auto spent = Clock::now() - started_;
        return options_.budget_seconds > 0 && spent > std::chrono::seconds(options_.budget_seconds);
    }

    double seconds() const {
        return std::chrono::duration<double>(Clock::now() - started_).count();
    }

    // Kills first; the rest in a seeded order, so that a budget leaves out a little of everything.
    std::vector<Case> systematic() const {
        auto all = systematic_cases(calls_, options_.whole ? Depth::whole : Depth::refresh_path,
                                    wanted_models(options_.models));
        if (!options_.only.empty()) {
            std::erase_if(all, [&](const Case& one) {
                return text_of(one).find(options_.only) == std::string::npos;
            });
        }
        std::vector<Case> kills;
        std::vector<Case> rest;
        for (const Case& one : all) {
            const bool kill =
                one.command == "token" && one.faults.front().kind.starts_with("kill-");
            (kill ? kills : rest).push_back(one);
        }
        Seeded random(options_.seed);
        for (std::size_t i = rest.size(); i > 1; --i)
            std::swap(rest[i - 1], rest[random.below(i)]);
        kills.insert(kills.end(), rest.begin(), rest.end());
        return kills;
    }

    void run_list(const std::vector<Case>& all) {
        std::atomic<std::size_t> next{0};
        tally_.expect_cases(all.size());
        for_each_device([&](std::size_t i) {
            for (std::size_t mine = next++; mine < all.size(); mine = next++) {
                if (is_time_over()) {
                    ++left_out_;
                } else {
                    tally_.add(all[mine], run_case(*devices_[i], all[mine]));
                }
            }
        });
    }

    // Until so many kills hit; a run that ended before its kill does not count.
    void run_random(std::uint64_t wanted) {
        const auto models = wanted_models(options_.models);
        std::atomic<std::uint64_t> next{0};
        tally_.expect_kills(wanted);
        for_each_device([&](std::size_t i) {
            while (tally_.kills() < wanted && !is_time_over()) {
                const Case one = random_case(calls_, options_.seed, next++, models);
                tally_.add(one, run_case(*devices_[i], one));
            }
        });
    }

    int print_calls() const {
        for (const auto& [command, calls] : calls_) {
            std::cout << command << ": " << calls.size() << " storage calls\n";
            for (const Listed& call : calls) {
                std::cout << "  " << call.number << ' ' << call.call << " (" << call.kind << ") "
                          << call.size << '\n';
            }
        }
        return 0;
    }

    int finish() const {
        tally_.print(seconds(), left_out_);
        return tally_.good() ? 0 : 1;
    }

    Options options_;
    Tally tally_;
    Clock::time_point started_;
    std::vector<std::unique_ptr<Device>> devices_;
    Calls calls_;
    std::atomic<std::size_t> left_out_{0};
};

void describe(CLI::App& app, Options& options) {
    app.add_flag("--systematic", options.systematic,
                 "Every storage call of the refresh path, a sample of the other commands");
    app.add_flag("--whole", options.whole,
                 "With --systematic: every command, every errno, all seeds");
    app.add_option("--only", options.only, "With --systematic: cases whose text has this in it");
    app.add_option("--random", options.random, "Random cases until so many SIGKILLs have hit");
    app.add_option("--kills", options.kills,
                   "The same, but counted with those of --systematic before it");
    app.add_option("--seed", options.seed, "Of --random and of the order (1)");
    app.add_option("--models", options.models, "idempotent, all, or one model's name")
        ->check([](const std::string& name) {
            const auto& all = all_models();
            const bool known = name == "all" || name == "idempotent" ||
                               std::find(all.begin(), all.end(), name) != all.end();
            return known ? std::string() : "no model is called " + name;
        });
    app.add_option("--budget-seconds", options.budget_seconds,
                   "Begin no case after this; says how many were left out");
    app.add_option("--jobs", options.jobs, "Devices at a time (2 for each core)")
        ->check(CLI::Range(1, 64));
    app.add_option("--case", options.one_case, "One case, as a failure prints it");
    app.add_option("--breakage", options.breakage,
                   "A store broken on purpose: the gate has to go red")
        ->check(CLI::IsMember(
            {"no-sync", "no-folder-sync", "one-slot", "no-rename", "forgetful-platform"}));
    app.add_flag("--list", options.list, "Print the storage calls of each command");
    app.add_flag("--progress", options.progress, "A bar on standard error");
}

int run(int argc, char** argv) {
    CLI::App app("Kills the sample at every storage call and looks whether the session lives on");
    Options options;
    describe(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int status = app.exit(error);
        return status == 0 ? 0 : 2;
    }
    if (!options.systematic && options.random == 0 && options.kills == 0 &&
        options.one_case.empty() && !options.list) {
        std::cerr << "credit-kills: nothing to do: --systematic, --random N, --kills N, --case or "
                     "--list\n";
        return 2;
    }
    if (options.jobs == 0) options.jobs = 2 * std::max(1U, std::thread::hardware_concurrency());
    return Campaign(options, argv[0]).run();
}

}  // namespace
}  // namespace credit::test

int main(int argc, char** argv) {
    try {
        return credit::test::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "credit-kills: " << error.what() << '\n';
        return 2;
    }
}

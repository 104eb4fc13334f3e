// One scenario with one client, in one process: what scripts/fleet runs side by side and puts together.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "tests/fleet/fleet.h"

namespace {

using credit::fleet::kSecond;
using credit::fleet::Spans;
using credit::fleet::Tally;
using credit::fleet::Time;
using nlohmann::json;

json spans(const Spans& of) {
    return {{"count", of.count()},
            {"p50_ms", of.share(0.5)},
            {"p95_ms", of.share(0.95)},
            {"p99_ms", of.share(0.99)},
            {"max_ms", of.longest()}};
}

json report(const credit::fleet::RunSetup& setup, const Tally& tally) {
    const auto& scenario = tally.scenario;
    json out;
    out["scenario"] = scenario.name;
    out["what"] = scenario.what;
    out["client"] = setup.client;
    out["seed"] = setup.seed;
    out["from_s"] = scenario.from / kSecond;
    out["to_s"] = scenario.to / kSecond;
    if (scenario.start != credit::fleet::kNever) out["start_s"] = scenario.start / kSecond;
    if (scenario.end != credit::fleet::kNever) out["end_s"] = scenario.end / kSecond;
    out["devices"] = tally.devices;
    out["visits"] = tally.visits;
    out["calls"] = tally.calls;
    out["calls_failed"] = tally.calls_failed;
    out["refreshes_sent"] = tally.refreshes_sent();
    out["tokens_obtained"] = tally.tokens_obtained;
    out["least_refreshes"] = tally.least_refreshes;
    out["least_without_margin"] = tally.least_without_margin;
    out["radio"] = tally.radio;
    out["radio_for_tokens"] = tally.radio_for_tokens;
    out["sessions_lost"] = tally.sessions_lost;
    out["sessions_healed"] = tally.sessions_healed;
    out["hit"] = tally.hit;
    out["left"] = tally.left;
    out["drain"] = spans(tally.drain);
    out["waits"] = spans(tally.waits);
    out["trouble_calls"] = tally.trouble_calls;
    out["trouble_failed"] = tally.trouble_failed;
    out["refresh_load"] = tally.refreshes();
    out["start_load"] = tally.starts();
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("One scenario of the fleet simulation with one client; prints a JSON object");
    credit::fleet::RunSetup setup;
    std::string scenario_name = "calm";
    Time days = 2;
    std::vector<std::string> changes;
    app.add_option("--scenario", scenario_name,
                   "calm, outage, region, keys, verdicts, clock, siblings");
    app.add_option("--client", setup.client,
                   "sdk, sdk-no-provider, fixed-margin, no-jitter, every-second, every-401");
    app.add_option("--devices", setup.devices, "how many")->check(CLI::Range(1, 10'000'000));
    app.add_option("--seed", setup.seed, "everything follows from it");
    app.add_option("--days", days, "length of the scenarios that run for whole days")
        ->check(CLI::Range(1, 30));
    app.add_option("--set", changes, "NAME=SECONDS: another number for the SDK's policy");
    CLI11_PARSE(app, argc, argv);
    const auto chosen = credit::fleet::scenario(scenario_name, days);
    if (!chosen || !credit::fleet::client_known(setup.client)) {
        std::fprintf(stderr, "credit-fleet: no such %s\n", chosen ? "client" : "scenario");
        return 2;
    }
    setup.scenario = *chosen;
    for (const std::string& change : changes) {
        if (credit::fleet::change_policy(setup.policy, change)) continue;
        std::fprintf(stderr, "credit-fleet: --set %s: NAME=SECONDS of the policy\n",
                     change.c_str());
        return 2;
    }
    Tally tally(setup.scenario);
    credit::fleet::run(setup, tally);
    std::puts(report(setup, tally).dump().c_str());
    return 0;
}

#include "tests/sim/ports.h"

#include <new>
#include <utility>

#include "core/base/check.h"

namespace credit::sim {

void SimEntropy::fill(std::span<std::byte> out) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (i % sizeof word == 0) word = rng_.next();
        out[i] = static_cast<std::byte>(word & 0xff);
        word >>= 8;
    }
}

void SimLogger::log(LogLevel, std::string_view line) noexcept {
    if (line.find("failed check") == std::string_view::npos) return;
    process_.broken_at = process_.world.now();
    process_.world.checks.finished(process_);
    if (line.find("out of memory") != std::string_view::npos) return;
    process_.world.breach("R36", std::string(line));
}

std::uint64_t SimBackground::begin() noexcept {
    World& world = process_.world;
    world.at(process_, Boundary::background_begin, false);
    if (!world.calm && world.rng.chance(150)) return 0;
    ++process_.background_held;
    return ++last_;
}

void SimBackground::end(std::uint64_t handle) noexcept {
    World& world = process_.world;
    if (handle == 0 || handle > last_ || process_.background_held == 0)
        world.breach("R22", "an assertion was given back that is not held");
    --process_.background_held;
    world.at(process_, Boundary::background_end, false);
}

void SimProvider::provide(const ProviderRequest& request, Completion done) {
    World& world = process_.world;
    const std::int64_t asked = world.now();
    world.at(process_, Boundary::provider_asked);
    if (request.borrower_external_id != kBorrower)
        world.breach("R25", "asked for another borrower");
    world.checks.provider_asked(process_, request.healing);
    if (process_.memory_fails) {
        process_.memory_fails = false;
        throw std::bad_alloc();
    }
    auto shared = std::make_shared<Completion>(std::move(done));
    const auto order =
        world.weather.take({Fault::n1_dns, Fault::n2_refused, Fault::n3_tls,
                            Fault::n4_reset_before_send, Fault::n5_reset_while_sending});
    if (order) {
        world.felt(order->kind);
        world.after(world.rng.between(5, 200), &process_, [shared] {
            ProviderOutcome outcome;
            outcome.error = Error(Code::network_unreachable, "simulated");
            (*shared)(std::move(outcome));
        });
        return;
    }
    world.after(world.rng.between(20, 300), &process_,
                [this, shared, asked] { mint(shared, asked); });
}

void SimProvider::mint(const std::shared_ptr<Completion>& done, std::int64_t asked) {
    World& world = process_.world;
    world.at(process_, Boundary::provider_mints);
    const WireReply reply = world.server.session(world.now());
    if (reply.issued >= 0) world.ledger.pair(reply.issued).asked_at = asked;
    const auto lost = world.weather.take(
        {Fault::n6_processed_then_reset, Fault::n7_reply_too_late, Fault::n9_truncated});
    world.after(world.rng.between(20, 300), &process_, [this, done, reply, lost] {
        World& w = process_.world;
        w.at(process_, Boundary::provider_answers);
        ProviderOutcome outcome;
        if (lost) {
            w.felt(lost->kind);
            outcome.error = Error(Code::network_interrupted, "simulated");
        } else {
            outcome.ok = true;
            outcome.json.append(reply.body);
            process_.received.push_back(reply.issued);
        }
        (*done)(std::move(outcome));
        w.at(process_, Boundary::provider_taken);
    });
}

}  // namespace credit::sim

#include "tests/sim/transport.h"

#include <new>
#include <utility>

#include "tests/sim/mutants.h"
#include "tests/sim/world.h"

namespace credit::sim {
namespace {

const std::string* header(const HttpRequest& request, std::string_view name) {
    for (const HttpHeader& one : request.headers) {
        if (one.name == name) return &one.value;
    }
    return nullptr;
}

HttpOutcome failure(HttpFailure why, bool maybe_sent) {
    HttpOutcome out;
    out.failure = why;
    out.maybe_sent = maybe_sent;
    out.detail = "simulated";
    return out;
}

HttpFailure failure_of(Fault kind, std::uint32_t param) {
    switch (kind) {
        case Fault::n1_dns:
            return HttpFailure::resolve;
        case Fault::n2_refused:
            return HttpFailure::connect;
        case Fault::n3_tls:
            return param % 3 == 0 ? HttpFailure::tls
                                  : (param % 3 == 1 ? HttpFailure::tls_time : HttpFailure::pin);
        default:
            return HttpFailure::interrupted;
    }
}

}  // namespace

std::int64_t SimTransport::latency() {
    World& world = process_.world;
    return world.rng.chance(950) ? world.rng.between(4, 120) : world.rng.between(120, 4'000);
}

SimTransport::Flight* SimTransport::find(RequestID id) {
    const auto it = flights_.find(id);
    return it == flights_.end() ? nullptr : it->second.get();
}

Transport::RequestID SimTransport::start(HttpRequest request, Completion done) {
    World& world = process_.world;
    const std::int64_t begun = world.now();
    world.at(process_, Boundary::start_before);
    if (process_.memory_fails) {
        process_.memory_fails = false;
        throw std::bad_alloc();
    }
    world.checks.called_back(process_);
    auto flight = std::make_shared<Flight>();
    flight->begun = begun;
    flight->done = std::move(done);
    if (const std::string* id = header(request, "X-Correlation-ID")) flight->correlation = *id;
    if (const std::string* key = header(request, "Idempotency-Key")) flight->sent.key = *key;
    flight->sent.token = std::string(view_or_empty(request.bearer));
    flight->partner_route = request.url.starts_with("https://partner");
    if (request.url.ends_with("/sessions/refresh") || request.url.ends_with("/session/refresh")) {
        flight->kind = Kind::refresh;
        flight->sent.refresh = Ledger::number_of(flight->sent.token);
        flight->sent.fresh_connection = request.fresh_connection;
    } else if (request.url.ends_with("/api/credit/session")) {
        flight->kind = Kind::session;
        world.checks.provider_asked(process_, true);
    }
    flight->send_before = request.send_before;
    flight->deadline = world.now() + world.true_delay(request.timeout);
    flight->sent.client_until = flight->deadline;
    const RequestID id = ++last_;
    flights_.emplace(id, flight);
    if (flight->kind == Kind::refresh) process_.flying_until = flight->deadline;
    world.after(latency(), &process_, [this, id] { connect(id); });
    world.after(flight->deadline - world.now(), &process_, [this, id] {
        give_up(id, HttpFailure::timeout, find(id) != nullptr && find(id)->left);
    });
    world.at(process_, Boundary::start_after);
    return id;
}

void SimTransport::cancel(RequestID id) {
    World& world = process_.world;
    world.at(process_, Boundary::cancelled, false);
    world.after(0, &process_, [this, id] { give_up(id, HttpFailure::cancelled, true); });
}

void SimTransport::give_up(RequestID id, HttpFailure why, bool maybe_sent) {
    const auto it = flights_.find(id);
    if (it == flights_.end()) return;
    const FlightRef flight = it->second;
    flights_.erase(it);
    World& world = process_.world;
    world.trace.add(world.now(), process_.place, "no reply", static_cast<std::int64_t>(why),
                    maybe_sent);
    if (flight->kind == Kind::refresh) world.checks.finished(process_);
    if (flight->kind == Kind::refresh && why == HttpFailure::reply_too_large)
        world.checks.answered_unusably(flight->sent);
    if (mutant(Mutant::claims_unsent)) maybe_sent = false;
    flight->done(failure(why, maybe_sent));
    world.at(process_, Boundary::reply_taken);
}

void SimTransport::connect(RequestID id) {
    if (find(id) == nullptr) return;
    World& world = process_.world;
    world.at(process_, Boundary::connected);
    const auto order = world.weather.take(
        {Fault::n1_dns, Fault::n2_refused, Fault::n3_tls, Fault::n4_reset_before_send});
    if (order) {
        world.felt(order->kind);
        world.note_health();
        return give_up(id, failure_of(order->kind, order->param), false);
    }
    world.after(world.rng.between(1, 10), &process_, [this, id] { leave(id); });
}

// Past here nobody can say any more that nothing left the device (R9).
void SimTransport::leave(RequestID id) {
    if (find(id) == nullptr) return;
    World& world = process_.world;
    world.at(process_, Boundary::no_return);
    if (find(id) == nullptr) return;
    const FlightRef flight = flights_[id];
    if (const auto asleep = world.weather.take({Fault::x1_suspend_in_send})) {
        world.felt(asleep->kind);
        world.suspend(process_,
                      60'000 + static_cast<std::int64_t>(asleep->param % (8 * 3'600'000)));
        if (process_.dying) throw ProcessDied{};
        if (find(id) == nullptr) return;
    }
    const bool lapsed = world.device_now().elapsed > flight->send_before;
    if (lapsed && !mutant(Mutant::lease_unchecked_at_send))
        return give_up(id, HttpFailure::lease_lapsed, false);
    flight->left = true;
    if (lapsed) world.breach("R9", "a request left the device although its lease had lapsed");
    if (flight->kind == Kind::refresh) world.checks.sent(process_, flight->sent);
    if (const auto order = world.weather.take({Fault::n5_reset_while_sending})) {
        world.felt(order->kind);
        return give_up(id, HttpFailure::interrupted, true);
    }
    if (const auto order = world.weather.take({Fault::n12_captive_portal})) {
        world.felt(order->kind);
        const WireReply reply = portal(order->param);
        return world.after(latency(), &process_, [this, id, reply] { arrive(id, reply); });
    }
    if (const auto order = world.weather.take({Fault::n8_request_after_retry})) {
        world.felt(order->kind);
        const std::int64_t late = 15'000 + static_cast<std::int64_t>(order->param % 180'000);
        return world.after(late, nullptr, [this, flight, id] { receive(id, flight, true); });
    }
    const auto copy = world.weather.take({Fault::n11_delivered_twice});
    if (copy || mutant(Mutant::resends_by_itself)) {
        if (copy) world.felt(copy->kind);
        const std::int64_t late = copy ? 1 + static_cast<std::int64_t>(copy->param % 30'000) : 200;
        const bool shadow = copy.has_value();
        world.after(late, nullptr, [this, flight, id, shadow] { receive(id, flight, shadow); });
    }
    world.after(latency(), nullptr, [this, id, flight] { receive(id, flight, false); });
}

WireReply SimTransport::serve(const Flight& flight, bool shadow) {
    WireReply reply = produce(flight, shadow);
    const World& world = process_.world;
    if (world.plan.dates)
        reply.headers.emplace_back("Date",
                                   http_date(kEpochMs + world.now() + world.server.skew_ms));
    return reply;
}

WireReply SimTransport::produce(const Flight& flight, bool shadow) {
    World& world = process_.world;
    if (flight.kind == Kind::session) {
        WireReply minted = world.server.session(world.now());
        if (minted.issued >= 0) world.ledger.pair(minted.issued).asked_at = flight.begun;
        return minted;
    }
    if (flight.kind == Kind::call)
        return world.server.journeys(flight.sent.token, flight.correlation, world.now());
    return world.server.refresh({flight.sent.token, flight.sent.key, flight.correlation,
                                 world.now(), flight.partner_route, shadow});
}

// At the server, whoever is still alive on the device.
void SimTransport::receive(RequestID id, const FlightRef& flight, bool shadow) {
    World& world = process_.world;
    world.at(process_, Boundary::server_receipt, false);
    if (!shadow && ++flight->receipts > 1)
        world.breach("R15", "a request was sent again by itself");
    const Server::Mood before = world.server.mood;
    WireReply reply = serve(*flight, shadow);
    if (flight->kind == Kind::refresh) {
        const Server::Mood& after = world.server.mood;
        if (before.fail_before > after.fail_before) world.felt(Fault::s1_500_before_commit);
        if (before.fail_after > after.fail_after) world.felt(Fault::s2_500_after_commit);
        if (before.busy > after.busy) world.felt(Fault::s3_busy_retry_after);
        if (before.in_progress > after.in_progress) world.felt(Fault::s4_in_progress);
        if (before.mismatch > after.mismatch) world.felt(Fault::s5_key_mismatch);
        if (before.cached_5xx > after.cached_5xx) world.felt(Fault::s6_cached_5xx);
        if (before.skip_replay > after.skip_replay) world.felt(Fault::s7_auth_before_replay);
        world.trace.add(world.now(), process_.place, "status", reply.status, reply.issued);
        world.note_health();
    }
    world.at(process_, Boundary::server_commit, false);
    world.at(process_, Boundary::reply_leaves, false);
    if (shadow) return;  // nobody waits for the answer to a copy
    answer(id, std::move(reply));
}

void SimTransport::answer(RequestID id, WireReply reply) {
    World& world = process_.world;
    if (const auto order = world.weather.take({Fault::n6_processed_then_reset})) {
        world.felt(order->kind);
        world.after(latency(), &process_,
                    [this, id] { give_up(id, HttpFailure::interrupted, true); });
        return;
    }
    if (const auto order = world.weather.take({Fault::n7_reply_too_late})) {
        world.felt(order->kind);
        return world.after(60'000 + static_cast<std::int64_t>(order->param % 60'000), &process_,
                           [this, id, reply = std::move(reply)] { arrive(id, reply); });
    }
    if (const auto order = world.weather.take({Fault::n9_truncated, Fault::n10_garbage})) {
        world.felt(order->kind);
        const bool cut = order->kind == Fault::n9_truncated && order->param % 2 == 0;
        if (cut && !mutant(Mutant::parses_partial_body)) {
            world.after(latency(), &process_,
                        [this, id] { give_up(id, HttpFailure::interrupted, true); });
            return;
        }
        spoil(reply, order->param, order->kind == Fault::n10_garbage);
        if (reply.status == 0) {
            world.after(latency(), &process_,
                        [this, id] { give_up(id, HttpFailure::reply_too_large, true); });
            return;
        }
    }
    std::int64_t delay = latency();
    if (const auto order = world.weather.take({Fault::n13_slow_drip})) {
        world.felt(order->kind);
        delay = 4'000 + static_cast<std::int64_t>(order->param % 7'000);
    }
    world.after(delay, &process_, [this, id, reply = std::move(reply)] { arrive(id, reply); });
}

void SimTransport::spoil(WireReply& reply, std::uint32_t param, bool garbage) {
    reply.issued = -1;
    reply.verdict = false;
    ++process_.world.server.garbled;
    if (!garbage) {  // cut short, with a length that fits
        const std::size_t token = reply.body.find("\"refreshToken\":\"rt_test_sim_");
        const bool pretends = mutant(Mutant::parses_partial_body) && token != std::string::npos;
        constexpr std::size_t kIntoToken = 30;
        reply.body.resize(pretends ? token + kIntoToken : reply.body.size() / 2);
        if (pretends)
            reply.body += reply.body.find("\"data\"") != std::string::npos ? "\"}}" : "\"}";
        return;
    }
    switch (param % 5) {
        case 0:
            reply.body = "\x01\x02 not json \xff";
            break;
        case 1:
            reply.body = std::string(5000, '[');
            break;
        case 2:
            reply.status = 0;
            break;  // over the cap
        case 3:
            reply.headers.emplace_back("Content-Encoding", "gzip");
            reply.body = "\x1f\x8b\x08 packed";
            break;
        default:
            reply.body = R"({"requestID":"req_x","data":null,"error":null})";
            break;
    }
}

WireReply SimTransport::portal(std::uint32_t param) const {
    WireReply out;
    constexpr int kStatus[] = {200, 302, 401, 511, 403};
    out.status = kStatus[param % 5];
    out.body = "<html><body>Welcome to the free network</body></html>";
    if (out.status == 302) {
        process_.world.server.garbled += 4;  // table 2.7: a redirect is not asked again by itself
        out.headers.emplace_back("Location", "http://portal.example.com/");
        if (mutant(Mutant::follows_redirects)) {
            process_.world.breach("R15", "a redirect was followed with the headers of the request");
            out.status = 200;
        }
    }
    return out;
}

void SimTransport::arrive(RequestID id, WireReply reply) {
    if (find(id) == nullptr) return;
    World& world = process_.world;
    world.at(process_, Boundary::reply_arrives);
    const auto it = flights_.find(id);
    if (it == flights_.end()) return;
    const FlightRef flight = it->second;
    flights_.erase(it);
    if (flight->kind == Kind::refresh) {
        world.checks.replied(process_, flight->sent, reply);
        world.checks.finished(process_);
    } else if (reply.issued >= 0) {
        process_.received.push_back(reply.issued);
    }
    HttpOutcome outcome;
    outcome.ok = true;
    outcome.response.status = reply.status;
    for (auto& [name, value] : reply.headers)
        outcome.response.headers.push_back({name, value});
    outcome.response.body.append(reply.body);
    flight->done(std::move(outcome));
    world.at(process_, Boundary::reply_taken);
}

}  // namespace credit::sim

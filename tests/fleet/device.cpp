#include "tests/fleet/device.h"

#include <algorithm>
#include <utility>

#include "core/session/policy.h"

namespace credit::fleet {
namespace {

// A process that was put away goes on for so long; while it is busy the system grants more.
constexpr Time kLinger = 5 * kSecond;
constexpr Time kLongestLinger = 30 * kSecond;
// The longer an app is away, the likelier the system has ended its process.
constexpr Time kForgotten = kHour;
// The radio goes back to sleep this long after the last byte.
constexpr Time kRadioTail = 10 * kSecond;
constexpr double kNoConnection = 0.005;
constexpr double kReplyLost = 0.002;
constexpr Time kConnectTimeout = 5 * kSecond;
constexpr Time kAttemptTimeout = 10 * kSecond;
// In an outage a part of the requests is refused by a gateway, the rest is swallowed.
constexpr double kGatewaySays503 = 0.5;
// Phones find the network again one after the other.
constexpr Time kReattach = 30 * kSecond;
// What is counted for the trouble goes on for so long after it.
constexpr Time kAftermath = 30 * kMinute;

}  // namespace

void Agenda::add(Time at, Happening::What what, std::uint8_t device, std::uint64_t id) {
    heap_.push_back({at, ++order_, what, device, id});
    std::push_heap(heap_.begin(), heap_.end(), later);
}

Happening Agenda::take() {
    std::pop_heap(heap_.begin(), heap_.end(), later);
    const Happening next = heap_.back();
    heap_.pop_back();
    return next;
}

Device::Device(std::uint8_t index, std::uint64_t seed, std::uint64_t number, Platform& platform,
               Agenda& agenda, Tally& tally)
    : index_(index),
      person_(seed, number * 4 + index),
      chance_(seed, number * 4 + 2 + index),
      platform_(platform),
      agenda_(agenda),
      tally_(tally),
      usage_(person_),
      in_region_(person_.happens(kRegionShare)),
      network_back_(person_.between(0, kReattach)) {}

// Its session is of some time in the last day: for most the token is over, and the next use renews it.
void Device::begin(std::unique_ptr<Client> client) {
    client_ = std::move(client);
    ++tally_.devices;
    const Scenario& scenario = tally_.scenario;
    now_ = scenario.from - person_.between(0, kDay);
    client_->install(platform_.start(now_), now_);
    least_ends_ = least_plain_ends_ = now_ + Platform::kSessionLife;
    now_ = scenario.from;
    agenda_.add(usage_.next_visit(now_, person_), Happening::What::visit, index_, 0);
    if (scenario.trouble == Trouble::region && in_region_)
        agenda_.add(scenario.end + network_back_, Happening::What::network, index_, 0);
}

void Device::happens(const Happening& happening) {
    now_ = happening.at;
    take_stock();
    switch (happening.what) {
        case Happening::What::visit:
            return visit();
        case Happening::What::put_away:
            return put_away();
        case Happening::What::suspend:
            return suspend(happening.id);
        case Happening::What::call:
            if (front_ && happening.id == visit_no_) make_call();
            return;
        case Happening::What::answer:
            return answered(happening.id);
        case Happening::What::timer:
            return timer();
        case Happening::What::reply:
            return reply(happening.id);
        case Happening::What::network:
            if (running_) client_->network_is_back();
            return;
    }
}

bool Device::troubled() const noexcept {
    const Scenario& scenario = tally_.scenario;
    return now_ >= scenario.start && scenario.end != kNever && now_ < scenario.end + kAftermath;
}

bool Device::offline() const noexcept {
    const Scenario& scenario = tally_.scenario;
    return in_region_ && scenario.trouble == Trouble::region && now_ >= scenario.start &&
           now_ < scenario.end + network_back_;
}

// Once, at the first thing that happens after the trouble's end: who is in want of a token now?
void Device::take_stock() {
    if (stock_taken_ || now_ < tally_.scenario.end) return;
    stock_taken_ = true;
    const bool wants =
        front_ && (!holds_ || std::any_of(calls_.begin(), calls_.end(),
                                          [](const Call& call) { return !call.sent; }));
    if (!wants) return;
    hit_ = true;
    ++tally_.hit;
}

void Device::holds_token(bool holds) {
    holds_ = holds;
    if (!holds || !hit_) return;
    hit_ = false;
    tally_.drain.add(now_ - tally_.scenario.end);
}

// --- the person

void Device::visit() {
    ++tally_.visits;
    ++visit_no_;
    const Time away = now_ - away_since_;
    const bool fresh = !process_ || person_.happens(static_cast<double>(away) / kForgotten);
    const Time until = now_ + Usage::stay(person_);
    agenda_.add(until, Happening::What::put_away, index_, visit_no_);
    front_ = running_ = process_ = true;
    if (fresh) {
        on_the_way_.clear();
        timer_at_ = kNever;
    }
    for (const Reply& stalled : on_the_way_) {
        if (stalled.stalled) agenda_.add(now_, Happening::What::reply, index_, stalled.tag);
    }
    client_->opened(fresh);
    if (!fresh && timer_at_ <= now_) {
        timer_at_ = kNever;
        client_->timer();
    }
    for (int i = Usage::first_calls(person_); i > 0; --i)
        make_call();
}

void Device::put_away() {
    front_ = false;
    away_since_ = now_;
    if (hit_) {
        hit_ = false;
        ++tally_.left;
    }
    const std::vector<Call> dropped = std::exchange(calls_, {});
    for (const Call& call : dropped) {
        if (!call.sent) client_->cancel(call.id);
    }
    client_->put_away();
    agenda_.add(now_ + kLinger, Happening::What::suspend, index_, visit_no_);
    agenda_.add(usage_.next_visit(now_, person_), Happening::What::visit, index_, 0);
}

void Device::suspend(std::uint64_t id) {
    if (front_ || id != visit_no_) return;
    if (client_->busy() && now_ - away_since_ < kLongestLinger) {
        agenda_.add(now_ + kSecond, Happening::What::suspend, index_, id);
        return;
    }
    running_ = false;
}

// --- the app's calls

void Device::make_call() {
    ++tally_.calls;
    if (troubled()) ++tally_.trouble_calls;
    count_least();
    calls_.push_back({++next_id_, now_, 0, 1, 0, false});
    last_call_ = now_;
    client_->ask(next_id_);
}

// What a client would need that renews at the last moment its margin allows, and never fails.
void Device::count_least() {
    const Policy policy;
    const Time margin =
        policy.refresh_ahead.count * 3 / 4;  // jittered down by up to a quarter (R21)
    if (now_ >= least_ends_ - margin) {
        ++tally_.least_refreshes;
        least_ends_ = now_ + Platform::kSessionLife;
    }
    if (now_ >= least_plain_ends_) {
        ++tally_.least_without_margin;
        least_plain_ends_ = now_ + Platform::kSessionLife;
    }
}

Device::Call* Device::find(std::uint64_t id) {
    const auto it = std::find_if(calls_.begin(), calls_.end(),
                                 [id](const Call& call) { return call.id == id; });
    return it == calls_.end() ? nullptr : &*it;
}

void Device::served(std::uint64_t id, std::uint32_t session_token) {
    Call* call = find(id);
    if (call == nullptr) return;
    call->waited += now_ - call->asked;
    call->token = session_token;
    call->sent = true;
    traffic(false);
    agenda_.add(now_ + chance_.around(120, 0.5), Happening::What::answer, index_, id);
}

void Device::not_served(std::uint64_t id) {
    Call* call = find(id);
    if (call == nullptr) return;
    call->waited += now_ - call->asked;
    finish(id, false);
}

void Device::answered(std::uint64_t id) {
    Call* call = find(id);
    if (call == nullptr || !call->sent) return;
    if (offline()) return finish(id, true);  // its own failure is not the session's
    const std::uint32_t token = call->token;
    if (platform_.accepts(token, now_)) {
        client_->accepted(token);
        return finish(id, true);
    }
    client_->refused(token);
    call = find(id);
    if (call == nullptr) return;
    if (++call->attempts > 2) return finish(id, false);
    call->sent = false;
    call->asked = now_;
    client_->ask(id);
}

void Device::finish(std::uint64_t id, bool good) {
    const auto it = std::find_if(calls_.begin(), calls_.end(),
                                 [id](const Call& call) { return call.id == id; });
    if (!good) ++tally_.calls_failed;
    if (troubled()) {
        if (!good) ++tally_.trouble_failed;
        if (good) tally_.waits.add(it->waited);
    }
    calls_.erase(it);
    if (calls_.empty() && front_)
        agenda_.add(now_ + Usage::pause(person_), Happening::What::call, index_, visit_no_);
}

// --- time and network

void Device::wake_at(Time at) {
    timer_at_ = at;
    if (at == kNever || (timer_queued_ > now_ && timer_queued_ <= at)) return;
    timer_queued_ = std::max(at, now_);
    agenda_.add(timer_queued_, Happening::What::timer, index_, 0);
}

void Device::timer() {
    timer_queued_ = kNever;
    if (timer_at_ == kNever || !running_) return;  // a suspended process wakes with its next visit
    if (timer_at_ > now_) return wake_at(timer_at_);
    timer_at_ = kNever;
    client_->timer();
}

void Device::reply(std::uint64_t id) {
    const auto it = std::find_if(on_the_way_.begin(), on_the_way_.end(),
                                 [id](const Reply& one) { return one.tag == id; });
    if (it == on_the_way_.end()) return;  // its process was ended
    if (!running_) {                      // the connection dies with the suspension
        it->kind = it->kind == Reply::Kind::unsent ? Reply::Kind::unsent : Reply::Kind::silent;
        it->stalled = true;
        return;
    }
    const Reply arrived = *it;
    on_the_way_.erase(it);
    client_->replied(arrived);
}

void Device::traffic(bool for_tokens) {
    if (now_ - last_traffic_ > kRadioTail) {
        ++tally_.radio;
        if (for_tokens && now_ - last_call_ > kRadioTail) ++tally_.radio_for_tokens;
    }
    last_traffic_ = now_;
}

void Device::send_refresh(std::uint64_t tag, std::uint32_t refresh_token, std::uint64_t key) {
    Reply reply;
    reply.refresh = true;
    reply.tag = tag;
    reply.sent = now_;
    travel(reply, refresh_token, key);
}

void Device::send_start(std::uint64_t tag) {
    Reply reply;
    reply.tag = tag;
    reply.sent = now_;
    travel(reply, 0, 0);
}

void Device::deliver(Reply reply, Time at) {
    on_the_way_.push_back(reply);
    agenda_.add(at, Happening::What::reply, index_, reply.tag);
}

void Device::travel(Reply reply, std::uint32_t refresh_token, std::uint64_t key) {
    traffic(true);
    const Time round_trip = 60 + chance_.around(150, 0.6);
    const bool no_connection = chance_.happens(kNoConnection);
    const bool lost = chance_.happens(kReplyLost);
    const bool gateway = chance_.happens(kGatewaySays503);
    if (offline() || no_connection) {
        reply.kind = Reply::Kind::unsent;
        return deliver(reply, now_ + (gateway ? round_trip : kConnectTimeout));
    }
    const Time arrives = now_ + round_trip / 2;
    if (reply.refresh) {
        tally_.refresh_arrives(arrives);
    } else {
        tally_.start_arrives(arrives);
    }
    if (tally_.scenario.at(Trouble::outage, arrives)) {
        reply.kind = gateway ? Reply::Kind::unavailable : Reply::Kind::silent;
        return deliver(reply, now_ + (gateway ? round_trip : kAttemptTimeout));
    }
    reply.tokens =
        reply.refresh ? platform_.refresh(refresh_token, key, arrives) : platform_.start(arrives);
    reply.kind = lost                        ? Reply::Kind::silent
                 : reply.tokens.session == 0 ? Reply::Kind::verdict
                                             : Reply::Kind::tokens;
    deliver(reply, now_ + (lost ? kAttemptTimeout : round_trip));
}

}  // namespace credit::fleet

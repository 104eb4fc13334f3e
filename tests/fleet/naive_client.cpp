#include "tests/fleet/naive_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/fleet/device.h"

namespace credit::fleet {
namespace {

constexpr std::array<NaiveRules, 4> kRules = {{
    {"fixed-margin", "renews 5 min before the end by timer, doubles its wait to 30 s", 5 * kMinute,
     true, kSecond, 30 * kSecond, true, true},
    {"no-jitter", "renews 60 s before the end on demand, doubles its wait to 30 s", kMinute, false,
     kSecond, 30 * kSecond, true, true},
    {"every-second", "renews 60 s before the end on demand, retries every second", kMinute, false,
     kSecond, kSecond, true, true},
    {"every-401", "no lifetime, no single flight: every refused call refreshes", 0, false, 0, 0,
     false, false},
}};

}  // namespace

std::optional<NaiveRules> naive_rules(std::string_view name) {
    const auto it = std::find_if(kRules.begin(), kRules.end(),
                                 [name](const NaiveRules& rules) { return rules.name == name; });
    return it == kRules.end() ? std::nullopt : std::optional(*it);
}

void NaiveClient::install(const Tokens& tokens, Time) {
    tokens_ = tokens;
}

// By the device's clock against the server's word: these clients do not learn an offset.
bool NaiveClient::live() const {
    if (tokens_.session == 0 || refused_) return false;
    return !rules_.knows_lifetime || kEpochMs + device_.now() < tokens_.session_ends_ms;
}

bool NaiveClient::due() const {
    if (!live()) return true;
    return rules_.knows_lifetime &&
           kEpochMs + device_.now() >= tokens_.session_ends_ms - rules_.margin;
}

void NaiveClient::opened(bool fresh) {
    if (fresh) {
        waiting_.clear();
        flying_.clear();
        start_tag_ = 0;
        retry_at_ = kNever;
        wait_ = 0;
    }
    if (rules_.by_timer && due()) refresh();
    set_timer();
}

void NaiveClient::ask(std::uint64_t call) {
    if (live()) {
        const bool renew = !rules_.by_timer && due();
        device_.served(call, tokens_.session);
        if (renew && flying_.empty() && retry_at_ == kNever) refresh();
        return;
    }
    device_.holds_token(false);
    waiting_.push_back(call);
    const bool on_its_way = !flying_.empty() || start_tag_ != 0;
    if (!rules_.one_flight || (!on_its_way && retry_at_ == kNever)) refresh();
}

void NaiveClient::cancel(std::uint64_t call) {
    waiting_.erase(std::remove(waiting_.begin(), waiting_.end(), call), waiting_.end());
}

void NaiveClient::refused(std::uint32_t session_token) {
    if (!rules_.one_flight || session_token == tokens_.session) refused_ = true;
}

void NaiveClient::refresh() {
    retry_at_ = kNever;
    if (start_tag_ != 0) return;
    if (tokens_.session == 0) {
        start_tag_ = ++tag_;
        return device_.send_start(start_tag_);
    }
    flying_.push_back(++tag_);
    device_.send_refresh(tag_, tokens_.refresh, 0);
}

void NaiveClient::timer() {
    const bool retry = device_.now() >= retry_at_;
    if (retry) retry_at_ = kNever;
    const bool ahead = rules_.by_timer && due();
    if (device_.in_front() && flying_.empty() && (retry || ahead)) refresh();
    set_timer();
}

void NaiveClient::set_timer() {
    Time at = retry_at_;
    if (rules_.by_timer && live() && !due())
        at = std::min(at, tokens_.session_ends_ms - kEpochMs - rules_.margin);
    device_.wake_at(at);
}

void NaiveClient::replied(const Reply& reply) {
    if (reply.refresh) {
        const auto it = std::find(flying_.begin(), flying_.end(), reply.tag);
        if (it == flying_.end()) return;
        flying_.erase(it);
    } else {
        if (reply.tag != start_tag_) return;
        start_tag_ = 0;
    }
    if (reply.kind == Reply::Kind::tokens) {
        if (reply.refresh) device_.obtained();
        take(reply.tokens);
    } else if (reply.kind == Reply::Kind::verdict) {
        // Believed at once. The borrower signs in again; one flight more says nothing new.
        if (tokens_.session != 0) {
            device_.lost();
            tokens_ = {};
            start_tag_ = ++tag_;
            device_.send_start(start_tag_);
        }
        fail_all();
    } else if (reply.refresh && tokens_.session != 0) {
        retry_later();
    } else {
        fail_all();  // signing in again failed: the next call tries it once more
        start_tag_ = 0;
    }
    set_timer();
}

void NaiveClient::take(const Tokens& tokens) {
    tokens_ = tokens;
    refused_ = false;
    wait_ = 0;
    retry_at_ = kNever;
    device_.holds_token(true);
    serve_all();
}

void NaiveClient::serve_all() {
    for (const std::uint64_t call : std::exchange(waiting_, {}))
        device_.served(call, tokens_.session);
}

void NaiveClient::fail_all() {
    for (const std::uint64_t call : std::exchange(waiting_, {}))
        device_.not_served(call);
}

void NaiveClient::retry_later() {
    fail_all();
    if (rules_.first_retry == 0 || !device_.in_front()) return;
    wait_ = wait_ == 0 ? rules_.first_retry : std::min(wait_ * 2, rules_.longest_retry);
    retry_at_ = device_.now() + wait_;
}

}  // namespace credit::fleet

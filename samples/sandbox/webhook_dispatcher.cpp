#include "sandbox/webhook_dispatcher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <exception>

#include "sandbox/webhook_secrets.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

// The sandbox's clock can be turned on at any time: what waits for it is looked at this often.
constexpr std::chrono::milliseconds look_again{50};
constexpr std::chrono::milliseconds after_a_failure{1000};

std::string timestamp_text(TimestampUnit unit, std::int64_t ms) {
    if (unit == TimestampUnit::iso) return kit::iso8601_ms(ms);
    return std::to_string(unit == TimestampUnit::seconds ? ms / 1000 : ms);
}

bool is_success(int status) {
    return status >= 200 && status < 300;
}

// Changed after it was signed, and still JSON.
std::string tampered(std::string body) {
    const auto digit = body.find_last_of("0123456789");
    if (digit != std::string::npos) body[digit] = body[digit] == '7' ? '8' : '7';
    return body;
}

std::int64_t ms_since(std::chrono::steady_clock::time_point start) {
    const auto passed = std::chrono::steady_clock::now() - start;
    return std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
}

}  // namespace

WebhookDispatcher::WebhookDispatcher(Store& store, const Clock& clock, WebhookFaults& faults,
                                     std::string ca_file)
    : store_(store), clock_(clock), faults_(faults), sender_(std::move(ca_file)) {
    thread_ = std::thread([this] { run(); });
}

WebhookDispatcher::~WebhookDispatcher() {
    stop();
}

void WebhookDispatcher::wake() {
    const std::lock_guard lock(mutex_);
    woken_ = true;
    changed_.notify_one();
}

void WebhookDispatcher::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopped_ = true;
        changed_.notify_one();
    }
    sender_.stop();
    if (thread_.joinable()) thread_.join();
}

void WebhookDispatcher::set_unit(TimestampUnit unit) {
    const std::lock_guard lock(mutex_);
    unit_ = unit;
}

TimestampUnit WebhookDispatcher::unit() const {
    const std::lock_guard lock(mutex_);
    return unit_;
}

void WebhookDispatcher::run() {
    std::unique_lock lock(mutex_);
    while (!stopped_) {
        woken_ = false;
        lock.unlock();
        bool worked = false;
        bool waiting = true;
        auto pause = look_again;
        try {
            worked = step();
            waiting = worked || pending();
        } catch (const std::exception& problem) {
            spdlog::error("webhooks: {}", problem.what());
            pause = after_a_failure;
        }
        lock.lock();
        const auto ready = [this] { return woken_ || stopped_; };
        if (worked) continue;
        waiting ? static_cast<void>(changed_.wait_for(lock, pause, ready))
                : changed_.wait(lock, ready);
    }
}

bool WebhookDispatcher::pending() {
    const std::lock_guard lock(store_.mutex());
    return webhooks_pending(store_.database());
}

bool WebhookDispatcher::step() {
    const auto due = next();
    if (due) deliver(*due);
    return due.has_value();
}

std::optional<DueWebhook> WebhookDispatcher::next() {
    const std::lock_guard lock(store_.mutex());
    const auto now_ms = clock_.now_ms();
    const auto id = next_id(now_ms);
    return id ? read_webhook(store_.database(), *id, now_ms) : std::nullopt;
}

std::optional<std::int64_t> WebhookDispatcher::next_id(std::int64_t now_ms) {
    const auto wanted = faults_.disorder();
    if (disordered_.empty() && wanted > 0) {
        const auto ids = due_webhooks(store_.database(), now_ms, wanted);
        if (static_cast<std::int64_t>(ids.size()) < wanted) return std::nullopt;
        disordered_.assign(ids.rbegin(), ids.rend());
        faults_.end_disorder();
    }
    if (!disordered_.empty()) {
        const auto id = disordered_.front();
        disordered_.pop_front();
        return id;
    }
    const auto ids = due_webhooks(store_.database(), now_ms, 1);
    return ids.empty() ? std::nullopt : std::optional(ids.front());
}

void WebhookDispatcher::deliver(const DueWebhook& due) {
    const auto fault = faults_.take();
    const std::string kind = fault ? fault->kind : "";
    const WebhookAttempt made = attempt(due, kind, kind == "stale_timestamp" ? fault->ms : 0);
    record(due, made, is_success(made.status) && kind != "lost_ack");
    if (kind == "duplicate" && is_success(made.status)) record(due, attempt(due, kind, 0), true);
}

WebhookAttempt WebhookDispatcher::attempt(const DueWebhook& due, const std::string& kind,
                                          std::int64_t off_ms) {
    WebhookAttempt made;
    made.at_ms = clock_.now_ms();
    made.fault = kind;
    const std::string timestamp = timestamp_text(unit(), made.at_ms + off_ms);
    const std::string secret = kind == "wrong_signature" ? kit::random_token(40) : due.secret;
    const WebhookSender::Headers headers = {
        {"Content-Type", "application/json"},
        {"User-Agent", "credit-sandbox"},
        {"X-AL-Event-ID", due.event_id},
        {"X-AL-Tenant-ID", due.tenant_id},
        {"X-AL-Application-ID", due.application_id},
        {"X-AL-Webhook-Timestamp", timestamp},
        {"X-AL-Webhook-Signature", webhook_signature(secret, timestamp, due.body)}};
    const auto started = std::chrono::steady_clock::now();
    const WebhookAnswer answer =
        sender_.post(due.url, headers, kind == "tampered_body" ? tampered(due.body) : due.body);
    made.took_ms = ms_since(started);
    made.status = answer.status;
    made.error = answer.error;
    return made;
}

void WebhookDispatcher::record(const DueWebhook& due, const WebhookAttempt& made, bool accepted) {
    {
        const std::lock_guard lock(mutex_);
        // An attempt that the end of the program broke off was none of the receiver's.
        if (stopped_ && made.status == 0) return;
    }
    const std::lock_guard lock(store_.mutex());
    record_attempt(store_.database(), due.id, made, accepted, clock_.now_ms());
}

}  // namespace credit::sandbox

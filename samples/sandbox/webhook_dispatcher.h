#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "sandbox/clock.h"
#include "sandbox/store.h"
#include "sandbox/webhook_faults.h"
#include "sandbox/webhook_queue.h"
#include "sandbox/webhook_sender.h"

namespace credit::sandbox {

// The unit of X-AL-Webhook-Timestamp, on which the contract is silent.
enum class TimestampUnit { seconds, milliseconds, iso };

// One thread that delivers what is due, so that no request waits for a receiver. A delivery that
// was under way when the program died is made again: at least once.
class WebhookDispatcher {
  public:
    WebhookDispatcher(Store& store, const Clock& clock, WebhookFaults& faults, std::string ca_file);
    WebhookDispatcher(const WebhookDispatcher&) = delete;
    WebhookDispatcher& operator=(const WebhookDispatcher&) = delete;
    ~WebhookDispatcher();

    // There may be something new to deliver.
    void wake();
    // Breaks off what is under way; what is not delivered stays in the queue.
    void stop();

    void set_unit(TimestampUnit unit);
    TimestampUnit unit() const;

  private:
    void run();
    bool step();
    bool pending();
    std::optional<DueWebhook> next();
    std::optional<std::int64_t> next_id(std::int64_t now_ms);
    void deliver(const DueWebhook& due);
    WebhookAttempt attempt(const DueWebhook& due, const std::string& kind, std::int64_t off_ms);
    void record(const DueWebhook& due, const WebhookAttempt& made, bool accepted);

    Store& store_;
    const Clock& clock_;
    WebhookFaults& faults_;
    WebhookSender sender_;
    std::deque<std::int64_t> disordered_;  // The dispatcher's thread only.

    mutable std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
    bool stopped_ = false;
    TimestampUnit unit_ = TimestampUnit::seconds;
    std::thread thread_;
};

}  // namespace credit::sandbox

#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sandbox/clock.h"
#include "sandbox/store.h"
#include "sandbox/webhook_dispatcher.h"
#include "sandbox/webhook_faults.h"
#include "sandbox/webhook_outbox.h"

namespace credit::sandbox {

// The admin API's commands for webhooks, below /webhooks.
class WebhookAdmin {
  public:
    WebhookAdmin(Store& store, const Clock& clock, WebhookFaults& faults,
                 WebhookDispatcher& dispatcher, const WebhookOutbox& outbox)
        : store_(store), clock_(clock), faults_(faults), dispatcher_(dispatcher), outbox_(outbox) {}

    // Nothing if there is no such command. Throws std::invalid_argument for a bad body.
    std::optional<nlohmann::ordered_json> answer(const std::string& call,
                                                 const nlohmann::json& body);

  private:
    using Json = nlohmann::ordered_json;

    Json overview();
    Json deliveries();
    Json rotate(const nlohmann::json& body);
    Json redeliver(const nlohmann::json& body);
    Json set_unit(const nlohmann::json& body);

    Store& store_;
    const Clock& clock_;
    WebhookFaults& faults_;
    WebhookDispatcher& dispatcher_;
    const WebhookOutbox& outbox_;
};

}  // namespace credit::sandbox

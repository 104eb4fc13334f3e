#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/hosted_options.h"
#include "sandbox/inspector_data.h"
#include "sandbox/inspector_site.h"
#include "sandbox/inspector_timings.h"
#include "sandbox/platform_api.h"
#include "sandbox/webhook_admin.h"
#include "sandbox/webhook_dispatcher.h"
#include "sandbox/webhook_faults.h"
#include "sandbox/webhook_outbox.h"

namespace credit::sandbox {

// Webhooks, the hosted page and the inspector, and where they join the rest of the sandbox. Made
// before the servers listen, gone after them.
class HostedParts {
  public:
    // `own_ca_file` is trusted where the options name no other.
    HostedParts(const Sandbox& sandbox, const HostedOptions& options,
                const std::string& own_ca_file);
    HostedParts(const HostedParts&) = delete;
    HostedParts& operator=(const HostedParts&) = delete;

    // For the platform's port: the files of the hosted page.
    std::optional<Reply> page(const std::string& method, const std::string& path,
                              const std::string& application_id);
    void note_timing(const std::string& request_id, std::chrono::steady_clock::duration took);

    // For the admin's port. `call` is method, a space and the path without the token.
    std::optional<nlohmann::ordered_json> admin(const std::string& call,
                                                const nlohmann::json& body);
    std::optional<Reply> inspect(const InspectorRequest& request) { return site_.answer(request); }

    // What reset leaves: the domains of the options, no faults.
    void reset();

    // No delivery any more; what was not delivered stays in the queue.
    void stop() { dispatcher_.stop(); }

  private:
    nlohmann::ordered_json change_embed_domains(const nlohmann::json& body);
    void allow_first_domains();

    Store& store_;
    const std::vector<std::string> first_domains_;
    InspectorTimings timings_;
    WebhookFaults webhook_faults_;
    WebhookOutbox outbox_;
    InspectorData data_;
    InspectorSite site_;
    WebhookDispatcher dispatcher_;
    WebhookAdmin webhook_admin_;
};

}  // namespace credit::sandbox

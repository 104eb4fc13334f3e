// What the hosted page says to the app that shows it (the "AarthikLabs" channel, postMessage).
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret.h"

namespace credit {

constexpr std::size_t kMaxHostedEventBytes = 64 * 1024;

enum class HostedEventType { unknown = 0, open_external = 1, exit = 2 };

struct HostedEvent {
    HostedEventType type = HostedEventType::unknown;
    std::string name;        // the message's `type` as it came, redacted; empty: it had none
    SecretRef external_url;  // open_external: https, to be opened outside of the page
    SecretRef resume_url;    // https at the hosted origin, or null: opens the page again
};

// Reads one message: an object, or a string that holds one. Unknown members are ignored, an unknown
// or missing `type` is HostedEventType::unknown; the URLs stand beside `type` or in `payload`.
// `hosted_origin` is what resume_url has to belong to. Codes: contract_* for a message that cannot
// be read, insecure_url and config_invalid for an external_url that is not https or malformed,
// origin_refused for a resume_url elsewhere, reply_too_large.
Result<HostedEvent> parse_hosted_event(std::string_view message, std::string_view hosted_origin);

}  // namespace credit

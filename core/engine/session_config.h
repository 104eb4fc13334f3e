// Everything one session is opened with: validated settings and the adapters it runs on.
#pragma once

#include <memory>
#include <string>

#include "core/http/message.h"
#include "core/platform_api/contract.h"
#include "core/ports/background.h"
#include "core/ports/clock.h"
#include "core/ports/entropy.h"
#include "core/ports/logger.h"
#include "core/ports/secure_store.h"
#include "core/ports/session_provider.h"
#include "core/ports/transport.h"
#include "core/session/policy.h"

namespace credit {

struct SessionSettings {
    Environment environment = Environment::test;
    std::string platform_url;  // checked, no trailing slash
    std::string partner_url;   // checked or empty
    Paths paths;
    RefreshRoute route = RefreshRoute::platform;
    CredentialCarrier carrier = CredentialCarrier::authorization_header;
    RefreshBody body = RefreshBody::empty_object;
    bool quote_idempotency_key = false;
    std::string api_version;
    std::string user_agent;  // empty: the SDK's own
    std::string
        storage_identity;  // names the place of storage: same place and borrower is the same session (R10)
    std::string
        fingerprint;  // equal for equal configurations (R10); made by the configuration's owner
    Policy policy;
};

struct SessionPorts {
    std::shared_ptr<SecureStore> store;
    std::shared_ptr<Transport> transport;
    std::shared_ptr<Clock> clock;
    std::shared_ptr<Entropy> entropy;
    std::shared_ptr<Logger> logger;          // may be null
    std::shared_ptr<Background> background;  // may be null
    std::shared_ptr<SessionProvider>
        provider;  // may be null: the partner's session route is asked, if there is a partner
    std::shared_ptr<PartnerAuth> partner_auth;  // may be null
    std::shared_ptr<const TlsSettings> tls;
};

struct SessionConfig {
    SessionSettings settings;
    SessionPorts ports;
};

}  // namespace credit

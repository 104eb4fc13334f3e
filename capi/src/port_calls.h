// What the library keeps for each call an app's port has not answered yet. Each keeps the port's
// table, so that its release() comes after the last answer.
#pragma once

#include <cstddef>
#include <memory>

#include "capi/src/live_objects.h"
#include "capi/src/once_table.h"
#include "capi/src/owned_table.h"
#include "core/ports/clock.h"
#include "core/ports/session_provider.h"
#include "core/ports/transport.h"
#include "credit/credit.h"

namespace credit::capi {

struct ExchangeCall {
    LiveObject alive;
    Transport::Completion done;
    TableRef<credit_transport> table;
    std::shared_ptr<Clock> clock;
    ElapsedTime send_before;
    std::size_t max_reply_bytes = 0;
    std::size_t max_header_bytes = 0;
};
using ExchangeTable = OnceTable<credit_http_exchange, ExchangeCall>;

struct ProviderCall {
    LiveObject alive;
    SessionProvider::Completion done;
    TableRef<credit_session_provider> table;
};
using ProviderTable = OnceTable<credit_provider_call, ProviderCall>;

struct PartnerAuthCall {
    LiveObject alive;
    PartnerAuth::Completion done;
    TableRef<credit_partner_auth> table;
};
using PartnerAuthTable = OnceTable<credit_partner_auth_call, PartnerAuthCall>;

// An app's code and words for why its port failed: only codes that say something about the way to
// the partner, no verdict about the session, and no secret.
Error port_error(credit_code code, const credit_str& message, std::string_view port);

}  // namespace credit::capi

// Defaults of a refresh request by route, and the combinations that cannot work.
#pragma once

#include "capi/src/config.h"

namespace credit::capi {

struct RefreshForm {
    CredentialCarrier carrier = CredentialCarrier::authorization_header;
    RefreshBody body = RefreshBody::empty_object;
};

Result<RefreshForm> resolve_refresh(RefreshRoute route, const RefreshChoice& choice,
                                    bool has_partner_auth);

}  // namespace credit::capi

#include "capi/src/refresh_shape.h"

#include "capi/src/field_check.h"

namespace credit::capi {
namespace {

bool names_token(credit_refresh_body body) noexcept {
    return body == CREDIT_BODY_REFRESH_TOKEN || body == CREDIT_BODY_REFRESH_TOKEN_SNAKE;
}

RefreshBody given_or(credit_refresh_body body, RefreshBody otherwise) noexcept {
    return body == CREDIT_BODY_DEFAULT ? otherwise : static_cast<RefreshBody>(body);
}

// No refresh token is on the device, so nothing may ask for one.
Result<RefreshForm> resolve_backend_managed(const RefreshChoice& choice) {
    if (choice.carrier != CREDIT_CARRIER_DEFAULT) {
        return invalid_setting("refresh_request.carrier",
                               "the backend-managed route carries no refresh token");
    }
    if (names_token(choice.body)) {
        return invalid_setting("refresh_request.body",
                               "the backend-managed route carries no refresh token");
    }
    return RefreshForm{CredentialCarrier::authorization_header,
                       given_or(choice.body, RefreshBody::empty_object)};
}

}  // namespace

Result<RefreshForm> resolve_refresh(RefreshRoute route, const RefreshChoice& choice,
                                    bool has_partner_auth) {
    if (route == RefreshRoute::backend_managed) return resolve_backend_managed(choice);
    credit_credential_carrier carrier = choice.carrier;
    if (carrier == CREDIT_CARRIER_DEFAULT) {
        carrier =
            route == RefreshRoute::platform ? CREDIT_CARRIER_AUTHORIZATION : CREDIT_CARRIER_BODY;
    }
    if (carrier == CREDIT_CARRIER_BODY) {
        const RefreshBody body = given_or(choice.body, RefreshBody::refresh_token);
        if (body == RefreshBody::empty_object || body == RefreshBody::none) {
            return invalid_setting("refresh_request.body",
                                   "has no room for the refresh token it is to carry");
        }
        return RefreshForm{CredentialCarrier::body_field, body};
    }
    if (route == RefreshRoute::partner && has_partner_auth) {
        return invalid_setting(
            "refresh_request.carrier",
            "AUTHORIZATION is taken by the app's own login that partner_auth provides");
    }
    return RefreshForm{CredentialCarrier::authorization_header,
                       given_or(choice.body, RefreshBody::empty_object)};
}

}  // namespace credit::capi

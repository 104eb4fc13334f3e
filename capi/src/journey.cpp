#include "capi/src/journey.h"

#include "capi/src/strings.h"

using credit::capi::literal;
using credit::capi::to_c;

credit_journey* credit_journey_retain(credit_journey* journey) noexcept {
    return credit::capi::retain(journey);
}

void credit_journey_release(credit_journey* journey) noexcept {
    credit::capi::release(journey);
}

credit_str credit_journey_id(const credit_journey* journey) noexcept {
    return journey == nullptr ? literal("") : to_c(journey->journey.journey_id);
}

credit_str credit_journey_status(const credit_journey* journey) noexcept {
    return journey == nullptr ? literal("") : to_c(journey->journey.status);
}

credit_str credit_journey_next_action(const credit_journey* journey) noexcept {
    return journey == nullptr ? literal("") : to_c(journey->journey.next_action);
}

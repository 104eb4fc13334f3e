#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sandbox/envelope.h"
#include "sandbox/journey.h"
#include "sandbox/offer.h"
#include "sandbox/tokens.h"
#include "sandbox/work.h"

namespace credit::sandbox {

// What the routes below /journeys share.

// The journey the path names. Throws a Refusal if the id is no UUID, or if the borrower has no
// such journey: another borrower's looks exactly like one that does not exist.
Journey journey_of_call(Work& work, const Token& token);

// The offer the path names, one of this journey's.
Offer offer_of_call(Work& work, const Journey& journey);

// A call that changes something: handled once for its Idempotency-Key. `instead` as in refresh.h.
Reply once(Work& work, const Reply* instead, const std::function<Reply(const Token&)>& handle);

// The body as an object; an empty body is an empty object.
nlohmann::json optional_body(const Call& call);

nlohmann::ordered_json nullable(const std::optional<std::string>& text);

// Seconds until the platform may have got on by itself, for pollAfterSeconds.
std::int64_t poll_after_seconds(const Work& work);

// 409, to be tried again after a while: the platform or a lender is still at it.
Refusal still_pending(const Work& work);

}  // namespace credit::sandbox

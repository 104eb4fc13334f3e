#pragma once

#include <nlohmann/json.hpp>

#include "sandbox/offer.h"

namespace credit::sandbox {

// quoteBreakup, installments and fulfillments of an offer; null or empty until it is received.
nlohmann::ordered_json quote_json(const Offer& offer);

}  // namespace credit::sandbox

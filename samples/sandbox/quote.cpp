#include "sandbox/quote.h"

#include <string>

namespace credit::sandbox {

namespace {

using Json = nlohmann::ordered_json;

// Simple interest over the whole term: a made-up lender need not be a clever one.
std::int64_t interest(const Offer& offer) {
    return offer.amount * offer.interest_percent * offer.term_months / 1200;
}

Json installments(std::int64_t total, std::int64_t months) {
    Json list = Json::array();
    const std::int64_t each = total / months;
    for (std::int64_t number = 1; number <= months; ++number) {
        // What does not divide evenly comes last.
        const std::int64_t amount = number == months ? total - each * (months - 1) : each;
        list.push_back({{"number", number}, {"amount", std::to_string(amount)}});
    }
    return list;
}

}  // namespace

Json quote_json(const Offer& offer) {
    Json json;
    json["quoteBreakup"] = nullptr;
    json["installments"] = Json::array();
    json["fulfillments"] = Json::array();
    if (offer.amount == 0) return json;
    const std::int64_t fee = offer.amount / 100;
    const std::int64_t total = offer.amount + interest(offer);
    json["quoteBreakup"] = {{"principal", std::to_string(offer.amount)},
                            {"interest", std::to_string(total - offer.amount)},
                            {"processingFee", std::to_string(fee)},
                            {"totalPayable", std::to_string(total + fee)}};
    json["installments"] = installments(total, offer.term_months);
    json["fulfillments"].push_back({{"type", "BANK_TRANSFER"}});
    return json;
}

}  // namespace credit::sandbox

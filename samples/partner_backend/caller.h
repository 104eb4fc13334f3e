#pragma once

#include <string>

namespace credit::partner {

// Who asks, and under which ids: the same for every route.
struct Caller {
    std::string borrower;         // of the authenticated app user
    std::string correlation_id;   // the app's own when it is valid
    std::string idempotency_key;  // the app's own, or empty
};

}  // namespace credit::partner

#pragma once

#include <string>

#include "partner_backend/shared_database.h"

namespace credit::partner {

// Failures of refreshes that come again word for word: then the platform has stored one under the
// idempotency key, and the key is of no use any more (rule R14).
class RepeatedAnswers {
  public:
    explicit RepeatedAnswers(SharedDatabase& shared);

    // Counts this answer to a refresh of this token. True when it was the same one at least five
    // times, over a quarter of an hour or more.
    bool is_pinned(const std::string& borrower, const std::string& refresh_token,
                   const std::string& answer);

  private:
    SharedDatabase& shared_;
};

}  // namespace credit::partner

#pragma once

#include <cstdint>
#include <string>

#include "partner_backend/shared_database.h"

namespace credit::partner {

struct MintLimit {
    int count = 30;  // 0: no limit
    std::int64_t window_ms = 60'000;
};

// How many sessions and bootstrap tokens a borrower may have minted in a while, over all workers.
class MintLimits {
  public:
    MintLimits(SharedDatabase& shared, MintLimit limit);

    // Counts one and returns 0, or counts nothing and returns the milliseconds to wait. A repeat
    // with the same idempotency key is the same minting and counts once.
    std::int64_t wait_ms(const std::string& borrower, const std::string& idempotency_key);

  private:
    SharedDatabase& shared_;
    MintLimit limit_;
};

}  // namespace credit::partner

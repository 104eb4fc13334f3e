#pragma once

#include "partner_backend/sealing.h"
#include "partner_backend/settings.h"
#include "partner_backend/shared_database.h"

namespace credit::partner {

// Writes into a fresh store which environment it belongs to and how its key can be recognised, and
// refuses a store of the other environment or one that was sealed with another key: taking either
// for empty would start every borrower's session anew. Throws OptionsError.
void stamp_store(SharedDatabase& shared, const Sealer& sealer, Environment environment);

}  // namespace credit::partner

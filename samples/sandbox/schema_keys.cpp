#include "sandbox/schema_steps.h"

namespace credit::sandbox {

// Keys that are good from a time to come.
const char* const keys_schema = R"(
ALTER TABLE api_keys ADD COLUMN starts_at_ms INTEGER;
)";

}  // namespace credit::sandbox

#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "partner_backend/shared_database.h"

namespace credit::partner {

// borrowerExternalID <-> borrowerID <-> journeyID: what a partner needs to resume a journey and to
// find a borrower again when somebody calls about a journey.
class BorrowerIndex {
  public:
    explicit BorrowerIndex(SharedDatabase& shared);

    // From the platform's session reply of `as_of_ms` by the platform's clock. No active journey
    // leaves the last known one in place; a reply older than what a webhook said of the same journey
    // leaves its status.
    void update(const std::string& borrower_external_id, const nlohmann::json& session_data,
                const std::string& journey_type, std::optional<std::int64_t> as_of_ms);
    // Empty when not known.
    std::string journey_id_of(const std::string& borrower_external_id);
    std::string journey_type_of(const std::string& borrower_external_id);
    nlohmann::json list();

  private:
    std::string field_of(const char* sql, const std::string& borrower_external_id);

    SharedDatabase& shared_;
};

}  // namespace credit::partner

#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "partner_backend/shared_database.h"

namespace credit::partner {

// Every session and bootstrap token that was minted or rotated, who asked for what they may not
// have, and what this server did on its own. Never a token: a text that looks like one is withheld
// before it is written. The newest 100,000 rows are kept.
class AuditLog {
  public:
    explicit AuditLog(SharedDatabase& shared);

    // `actor` is the authenticated borrower; `named` the borrower the request named, if any.
    void add(std::string_view event, std::string_view actor, std::string_view named,
             std::string_view correlation_id, std::string_view request_id = "");
    nlohmann::json list();

  private:
    SharedDatabase& shared_;
};

}  // namespace credit::partner

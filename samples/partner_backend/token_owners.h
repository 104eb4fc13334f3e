#pragma once

#include <optional>
#include <string>

#include "partner_backend/shared_database.h"

namespace credit::partner {

// Which borrower a refresh token was handed to, by SHA-256 of the token: enough to refuse somebody
// else's token, useless to whoever reads the database.
class TokenOwners {
  public:
    explicit TokenOwners(SharedDatabase& shared);

    // `expires_at` as the platform writes it; rows are dropped once it is past.
    void record(const std::string& refresh_token, const std::string& borrower,
                const std::optional<std::string>& expires_at);
    // Nothing for a token this server has never seen.
    std::optional<std::string> owner_of(const std::string& refresh_token);

  private:
    SharedDatabase& shared_;
};

}  // namespace credit::partner

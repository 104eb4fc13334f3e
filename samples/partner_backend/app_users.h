#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace credit::partner {

struct AppUser {
    std::string token;
    std::string borrower;
};

// Stands for the partner's own login: which app user a credential belongs to, and which borrower
// that user is. The borrower is never taken from the request.
class AppUsers {
  public:
    explicit AppUsers(const std::vector<AppUser>& users);

    // The borrower of "Authorization: Bearer <app token>".
    std::optional<std::string> borrower_of(const std::string& authorization) const;

  private:
    // By hash: a lookup then takes the same time however much of a guessed token is right.
    std::map<std::string, std::string> borrower_by_token_hash_;
};

}  // namespace credit::partner

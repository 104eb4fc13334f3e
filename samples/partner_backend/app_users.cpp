#include "partner_backend/app_users.h"

#include "partner_backend/header_rules.h"
#include "server_kit/ids.h"

namespace credit::partner {

AppUsers::AppUsers(const std::vector<AppUser>& users) {
    for (const AppUser& user : users) {
        borrower_by_token_hash_[kit::sha256_hex(user.token)] = user.borrower;
    }
}

std::optional<std::string> AppUsers::borrower_of(const std::string& authorization) const {
    const auto token = bearer_of(authorization);
    if (!token) return std::nullopt;
    const auto found = borrower_by_token_hash_.find(kit::sha256_hex(*token));
    if (found == borrower_by_token_hash_.end()) return std::nullopt;
    return found->second;
}

}  // namespace credit::partner

#include "partner_backend/policy.h"

namespace credit::partner {

DenyList::DenyList(const std::vector<std::string>& allowed, const std::vector<std::string>& denied)
    : allowed_(allowed.begin(), allowed.end()), denied_(denied.begin(), denied.end()) {}

bool DenyList::allow(const std::string& borrower, Action) const {
    const std::lock_guard lock(mutex_);
    const bool is_listed = allowed_.empty() || allowed_.contains(borrower);
    return is_listed && !denied_.contains(borrower);
}

void DenyList::replace(const std::vector<std::string>& denied) {
    std::set<std::string> fresh(denied.begin(), denied.end());
    const std::lock_guard lock(mutex_);
    denied_.swap(fresh);
}

}  // namespace credit::partner

#include "partner_backend/policy.h"

namespace credit::partner {

DenyList::DenyList(const std::vector<std::string>& denied)
    : denied_(denied.begin(), denied.end()) {}

bool DenyList::allow(const std::string& borrower, Action) const {
    const std::lock_guard lock(mutex_);
    return !denied_.contains(borrower);
}

void DenyList::replace(const std::vector<std::string>& denied) {
    std::set<std::string> fresh(denied.begin(), denied.end());
    const std::lock_guard lock(mutex_);
    denied_.swap(fresh);
}

}  // namespace credit::partner

#include "partner_backend/faults.h"

#include <algorithm>

namespace credit::partner {

void Faults::add(const Fault& fault) {
    const std::lock_guard lock(mutex_);
    pending_.push_back(fault);
}

void Faults::clear() {
    const std::lock_guard lock(mutex_);
    pending_.clear();
}

std::optional<Fault> Faults::take(const std::string& route) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&route](const Fault& fault) {
        return fault.route.empty() || fault.route == route;
    });
    if (found == pending_.end()) return std::nullopt;
    Fault fault = *found;
    if (--found->count <= 0) pending_.erase(found);
    return fault;
}

}  // namespace credit::partner

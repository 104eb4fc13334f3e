#include "core/engine/registry.h"

namespace credit {

Registry& Registry::shared() {
    static Registry* const registry =
        new Registry;  // leaked: threads may outlive static destructors
    return *registry;
}

bool Registry::open(const std::string& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    const auto it = entries_.find(key);
    return it != entries_.end() && it->second.session.lock() != nullptr;
}

void Registry::remove(const SessionCore& core) {
    const std::lock_guard<std::mutex> hold(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
        it = it->second.core == &core ? entries_.erase(it) : std::next(it);
    }
}

}  // namespace credit

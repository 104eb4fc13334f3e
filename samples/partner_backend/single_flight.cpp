#include "partner_backend/single_flight.h"

namespace credit::partner {

Answer SingleFlight::run(const std::string& name, const std::function<Answer()>& work) {
    std::packaged_task<Answer()> task(work);
    std::shared_future<Answer> flight;
    bool is_mine = false;
    {
        const std::lock_guard lock(mutex_);
        const auto [place, inserted] = flights_.try_emplace(name);
        if (inserted) place->second = task.get_future().share();
        flight = place->second;
        is_mine = inserted;
    }
    if (is_mine) {
        task();  // an exception goes into the future, to everybody who waits
        const std::lock_guard lock(mutex_);
        flights_.erase(name);
    }
    return flight.get();
}

}  // namespace credit::partner

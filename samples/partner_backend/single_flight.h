#pragma once

#include <functional>
#include <future>
#include <map>
#include <mutex>
#include <string>

#include "partner_backend/session_shape.h"

namespace credit::partner {

// Runs one piece of work per name at a time; whoever asks while it runs gets its answer.
class SingleFlight {
  public:
    Answer run(const std::string& name, const std::function<Answer()>& work);

  private:
    std::mutex mutex_;
    std::map<std::string, std::shared_future<Answer>> flights_;
};

}  // namespace credit::partner

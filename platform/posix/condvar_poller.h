// What the engine thread waits on when its transport brings no sockets of its own.
#pragma once

#include <condition_variable>
#include <mutex>

#include "core/ports/transport.h"

namespace credit {

class CondvarPoller : public Poller {
  public:
    void wait(Millis timeout) override;
    void wake() override;

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool woken_ = false;
};

}  // namespace credit

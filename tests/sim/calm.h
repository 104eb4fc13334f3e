// The end of a schedule: faults stop, and everything has to come right by itself (L1 to L4).
#pragma once

#include "core/base/code.h"
#include "tests/sim/world.h"

namespace credit::sim {

class Calm {
  public:
    explicit Calm(World& world) : world_(world) {}
    void run();

  private:
    void stop_faults();
    void revive();
    void check_saved();
    bool token(Process& process);
    bool accepted(Process& process);
    void bring_back(Process& process);
    void start_again(Process& process);
    void top_up();
    void close_all();
    Process& first();
    World& world_;
    Code last_ = Code::ok;
};

}  // namespace credit::sim

// What else the machine did while something was measured, and where threads run.
#pragma once

#include <cstdint>

namespace credit::bench {

// The calling thread runs on that processor from now on, counted round the machine's processors.
void pin_to(int cpu);

// From its making on: the share of the machine's processor time that other processes (and, in a virtual machine, the host)
// took. The kernel counts in steps of 10 ms, so measure for at least ten of them.
class ForeignLoad {
  public:
    ForeignLoad();
    double share() const;

  private:
    struct Reading {
        double busy = 0;   // of all processors and processes, in s
        double total = 0;  // busy and idle
        double own = 0;    // of this process
    };
    static Reading read();
    const Reading begin_;
};

}  // namespace credit::bench

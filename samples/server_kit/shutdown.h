#pragma once

#include <csignal>

namespace credit::kit {

// Construct it first thing in main: threads started later inherit the blocked signals, so that
// SIGTERM and SIGINT reach wait() only. SIGPIPE is ignored.
class ShutdownSignal {
  public:
    ShutdownSignal();
    ShutdownSignal(const ShutdownSignal&) = delete;
    ShutdownSignal& operator=(const ShutdownSignal&) = delete;

    // Returns when the process has been asked to end.
    void wait();

  private:
    sigset_t signals_;
};

// Ends the reading side of every connected TCP socket of the process, so that idle keep-alive
// connections close at once instead of when their time is up. Call it after Server::stop(), when
// the replies under way are written: the HTTP library takes a socket that it cannot read from for
// dead.
void hang_up_connections();

}  // namespace credit::kit

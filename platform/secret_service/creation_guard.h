// The right to create the key, held by one process at a time: a well-known name on the session bus. The bus gives it to one
// connection, and takes it back when that connection's process dies.
#pragma once

#include <mutex>
#include <string>

#include "platform/secret_service/keyring.h"

namespace credit::keyring {

class CreationGuard {
  public:
    CreationGuard(Keyring& keyring, std::string name);
    ~CreationGuard();
    CreationGuard(const CreationGuard&) = delete;
    CreationGuard& operator=(const CreationGuard&) = delete;

    // `done`, or `transient` with an empty detail while another process holds it, or why it cannot be had.
    StoreResult try_to_take();

  private:
    Keyring& keyring_;
    const std::string name_;
    // All threads of a process share one connection, which the bus cannot tell apart.
    std::unique_lock<std::mutex> threads_;
    bool held_ = false;
};

}  // namespace credit::keyring

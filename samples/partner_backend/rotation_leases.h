#pragma once

#include <chrono>
#include <string>

#include "partner_backend/shared_database.h"
#include "partner_backend/worker.h"

namespace credit::partner {

// One rotation per borrower at a time across all workers that share the store. A lease lapses at
// its deadline, with another start of the machine, or at once when its owner has died.
class RotationLeases {
  public:
    RotationLeases(SharedDatabase& shared, const Worker& me);

    // False while another worker holds it; one's own is renewed. Threads of one worker keep out of
    // each other's way by themselves.
    bool take(const std::string& borrower, std::chrono::milliseconds life);
    // Only what this worker took.
    void give_back(const std::string& borrower);

  private:
    SharedDatabase& shared_;
    const Worker& me_;
};

}  // namespace credit::partner

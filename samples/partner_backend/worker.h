#pragma once

#include <cstdint>
#include <string>

namespace credit::partner {

// This process among those that share a store: its name says enough for the others to notice that
// it is gone.
class Worker {
  public:
    Worker();

    const std::string& name() const { return name_; }
    const std::string& boot() const { return boot_; }

    // False only when the process of that name has certainly ended: it was in our view of process
    // ids and is not there any more, or its id belongs to a younger process.
    bool may_be_alive(const std::string& name) const;

    // Milliseconds since the machine started; goes on while it sleeps and never back.
    static std::int64_t elapsed_ms();

  private:
    std::string process_ids_;  // which namespace of process ids this is
    std::string boot_;
    std::string name_;
};

}  // namespace credit::partner

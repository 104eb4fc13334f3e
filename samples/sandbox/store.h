#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// The one connection to the state and the lock around it. Whoever works with `database()` holds
// `mutex()` for the whole of a transaction.
class Store {
  public:
    // Throws std::runtime_error if the file belongs to another environment or to a newer
    // sandbox; a file of an older one is brought to the newest form.
    Store(const std::string& path, const std::string& environment);

    std::mutex& mutex() { return mutex_; }
    kit::Database& database() { return database_; }

    // Forgets everything, the ledger too, but the ids of the first application. The caller holds
    // the mutex.
    void reset();

    std::optional<std::string> meta(const std::string& name);
    void set_meta(const std::string& name, const std::string& value);

  private:
    void refuse_other_environment();

    std::mutex mutex_;
    kit::Database database_;
    std::string environment_;
};

}  // namespace credit::sandbox

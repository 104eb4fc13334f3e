#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "server_kit/sqlite.h"

namespace credit::partner {

// One connection for all request threads; whoever uses it holds the mutex. Several worker processes
// may share the file. The tables of every noun are made by its own class.
struct SharedDatabase {
    explicit SharedDatabase(const std::string& path);

    std::recursive_mutex mutex;
    kit::Database database;
    int writes = 0;  // nested Write scopes of the thread that holds the mutex
};

// One durable transaction. What a class writes inside somebody else's belongs to the outer one, and
// is there with all of it or not at all.
class Write {
  public:
    explicit Write(SharedDatabase& shared);
    Write(const Write&) = delete;
    Write& operator=(const Write&) = delete;
    ~Write();

    void commit();

  private:
    std::unique_lock<std::recursive_mutex> lock_;
    SharedDatabase& shared_;
    std::optional<kit::Transaction> transaction_;  // of the outermost scope only
};

}  // namespace credit::partner

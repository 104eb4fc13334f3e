#pragma once

#include <mutex>
#include <string>

#include "server_kit/sqlite.h"

namespace credit::partner {

// One connection for all request threads; whoever uses it holds the mutex. The tables of every noun
// are made by its own class.
struct SharedDatabase {
    explicit SharedDatabase(const std::string& path) : database(path) {}

    std::mutex mutex;
    kit::Database database;
};

}  // namespace credit::partner

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server_kit/sqlite.h"

namespace credit::sandbox {

// What API keys and borrowers belong to. Ids are UUIDs.
struct Application {
    std::string id;
    std::string tenant_id;
    std::string name;
};

// There is always a first one; it is there from the start.
Application first_application(kit::Database& database);
std::optional<Application> find_application(kit::Database& database, const std::string& id);
std::vector<Application> applications(kit::Database& database);

// Another application of the same tenant. Throws std::invalid_argument if the name is taken or is
// not 1 to 64 characters long.
Application add_application(kit::Database& database, const std::string& name);

}  // namespace credit::sandbox

#include "sandbox/applications.h"

#include <stdexcept>

#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_name = 64;
constexpr const char* select_applications = "SELECT id, tenant_id, name FROM applications ";

Application read(const kit::Statement& row) {
    return {row.text(0), row.text(1), row.text(2)};
}

}  // namespace

Application first_application(kit::Database& database) {
    auto query = database.prepare(std::string(select_applications) + "ORDER BY rowid LIMIT 1");
    if (!query.step()) throw std::runtime_error("the database has no application");
    return read(query);
}

std::optional<Application> find_application(kit::Database& database, const std::string& id) {
    auto query = database.prepare(std::string(select_applications) + "WHERE id = ?");
    if (!query.bind(1, id).step()) return std::nullopt;
    return read(query);
}

std::vector<Application> applications(kit::Database& database) {
    auto query = database.prepare(std::string(select_applications) + "ORDER BY rowid");
    std::vector<Application> all;
    while (query.step())
        all.push_back(read(query));
    return all;
}

Application add_application(kit::Database& database, const std::string& name) {
    if (name.empty() || name.size() > max_name) {
        throw std::invalid_argument("name must have 1 to 64 characters");
    }
    const Application added{kit::new_uuid(), first_application(database).tenant_id, name};
    database
        .prepare(
            "INSERT INTO applications (id, tenant_id, name) VALUES (?, ?, ?) ON CONFLICT DO "
            "NOTHING")
        .bind(1, added.id)
        .bind(2, added.tenant_id)
        .bind(3, added.name)
        .run();
    if (database.changes() != 1) throw std::invalid_argument("this name is taken");
    return added;
}

}  // namespace credit::sandbox

#include "sandbox/schema.h"

#include <stdexcept>
#include <string>
#include <vector>

#include "sandbox/schema_steps.h"

namespace credit::sandbox {

namespace {

// Entry n leads from form n to form n + 1. Only ever append.
std::vector<const char*> steps() {
    return {
        sessions_schema,
        journeys_schema,
        hosted_schema,
        keys_schema,
    };
}

std::int64_t form(kit::Database& database) {
    auto query = database.prepare("PRAGMA user_version");
    query.step();
    return query.integer(0);
}

// Tables that others refer to cannot be made anew while SQLite watches over references, and this
// can only be switched outside a transaction.
class ReferencesUnwatched {
  public:
    explicit ReferencesUnwatched(kit::Database& database) : database_(database) {
        database_.exec("PRAGMA foreign_keys = OFF");
    }
    ReferencesUnwatched(const ReferencesUnwatched&) = delete;
    ReferencesUnwatched& operator=(const ReferencesUnwatched&) = delete;
    ~ReferencesUnwatched() {
        try {
            database_.exec("PRAGMA foreign_keys = ON");
        } catch (...) {
            // What led here is on its way already and says more.
        }
    }

  private:
    kit::Database& database_;
};

void check_references(kit::Database& database) {
    if (database.prepare("PRAGMA foreign_key_check").step()) {
        throw std::runtime_error("the database refers to rows that are not there");
    }
}

std::vector<std::string> names(kit::Database& database, const std::string& kind) {
    auto query = database.prepare(
        "SELECT name FROM sqlite_master WHERE type = ? AND name NOT LIKE 'sqlite_%'");
    query.bind(1, kind);
    std::vector<std::string> found;
    while (query.step())
        found.push_back(query.text(0));
    return found;
}

}  // namespace

void migrate(kit::Database& database) {
    const auto all = steps();
    const auto newest = static_cast<std::int64_t>(all.size());
    const ReferencesUnwatched unwatched(database);
    kit::Transaction transaction(database);
    const auto present = form(database);
    if (present < 0 || present > newest) {
        throw std::runtime_error("the database is of a newer sandbox: its form is " +
                                 std::to_string(present) + ", known are forms up to " +
                                 std::to_string(newest));
    }
    for (auto next = present; next < newest; ++next)
        database.exec(all.at(static_cast<std::size_t>(next)));
    check_references(database);
    database.exec("PRAGMA user_version = " + std::to_string(newest));
    transaction.commit();
}

void recreate(kit::Database& database) {
    {
        const ReferencesUnwatched unwatched(database);
        kit::Transaction transaction(database);
        // Dropping is the one way past the triggers that keep the ledger.
        for (const char* kind : {"trigger", "table"}) {
            for (const auto& name : names(database, kind))
                database.exec("DROP " + std::string(kind) + " \"" + name + "\"");
        }
        database.exec("PRAGMA user_version = 0");
        transaction.commit();
    }
    migrate(database);
}

}  // namespace credit::sandbox

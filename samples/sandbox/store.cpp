#include "sandbox/store.h"

#include <stdexcept>

#include "sandbox/applications.h"
#include "sandbox/schema.h"

namespace credit::sandbox {

Store::Store(const std::string& path, const std::string& environment)
    : database_(path), environment_(environment) {
    refuse_other_environment();
    migrate(database_);
    set_meta("environment", environment_);
    // Whoever had these keys in flight died with the program and had not written anything else.
    database_.exec("DELETE FROM idempotency WHERE state = 'in_flight'");
}

// Before anything in the file is changed.
void Store::refuse_other_environment() {
    auto tables = database_.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'");
    const auto known = tables.step() ? meta("environment") : std::nullopt;
    if (known && *known != environment_) {
        throw std::runtime_error("the database belongs to the environment " + *known);
    }
}

void Store::reset() {
    const Application first = first_application(database_);
    recreate(database_);
    set_meta("environment", environment_);
    // Whoever read them in the ready line goes on using these ids.
    database_.prepare("UPDATE applications SET id = ?, tenant_id = ?")
        .bind(1, first.id)
        .bind(2, first.tenant_id)
        .run();
}

std::optional<std::string> Store::meta(const std::string& name) {
    auto query = database_.prepare("SELECT value FROM meta WHERE name = ?");
    if (!query.bind(1, name).step()) return std::nullopt;
    return query.text(0);
}

void Store::set_meta(const std::string& name, const std::string& value) {
    database_.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)")
        .bind(1, name)
        .bind(2, value)
        .run();
}

}  // namespace credit::sandbox

#include "partner_backend/store_stamp.h"

#include "partner_backend/options.h"

namespace credit::partner {

namespace {

constexpr const char* kKnownText = "partner backend storage key";
constexpr const char* kOwner = "store";

// The value of this name, which is `fresh` when there was none.
std::string stamped(SharedDatabase& shared, const char* name, const std::string& fresh) {
    shared.database.prepare("INSERT OR IGNORE INTO stamp VALUES (?1, ?2)")
        .bind(1, name)
        .bind(2, fresh)
        .run();
    auto row = shared.database.prepare("SELECT value FROM stamp WHERE name = ?1");
    row.bind(1, name);
    return row.step() ? row.text(0) : fresh;
}

}  // namespace

void stamp_store(SharedDatabase& shared, const Sealer& sealer, Environment environment) {
    Write write(shared);
    shared.database.exec(
        "CREATE TABLE IF NOT EXISTS stamp (name TEXT PRIMARY KEY, value TEXT NOT NULL)");
    const std::string owner = stamped(shared, "environment", name_of(environment));
    if (owner != name_of(environment)) {
        throw OptionsError("--db: this store belongs to the " + owner +
                           " environment; --environment " + name_of(environment) +
                           " needs one of its own");
    }
    if (sealer.lasts() &&
        sealer.open(stamped(shared, "storage_key", sealer.seal(kKnownText, kOwner)), kOwner) !=
            kKnownText) {
        throw OptionsError("PARTNER_STORAGE_KEY: not the key this store was sealed with");
    }
    write.commit();
}

}  // namespace credit::partner

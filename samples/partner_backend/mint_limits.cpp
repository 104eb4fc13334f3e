#include "partner_backend/mint_limits.h"

#include <algorithm>

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

MintLimits::MintLimits(SharedDatabase& shared, MintLimit limit) : shared_(shared), limit_(limit) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS mintings ("
        " borrower TEXT NOT NULL, key_hash TEXT NOT NULL, at_ms INTEGER NOT NULL,"
        " PRIMARY KEY (borrower, key_hash))");
    shared_.database.exec("CREATE INDEX IF NOT EXISTS mintings_by_time ON mintings (at_ms)");
}

std::int64_t MintLimits::wait_ms(const std::string& borrower, const std::string& idempotency_key) {
    if (limit_.count == 0) return 0;
    const std::int64_t now = kit::real_now_ms();
    Write write(shared_);
    // Also what a clock that was set back has left in the future: it would lock a borrower out.
    shared_.database.prepare("DELETE FROM mintings WHERE at_ms <= ?1 OR at_ms > ?2")
        .bind(1, now - limit_.window_ms)
        .bind(2, now)
        .run();
    const std::string hash = kit::sha256_hex(idempotency_key);
    auto rows = shared_.database.prepare(
        "SELECT count(*), min(at_ms), count(*) FILTER (WHERE key_hash = ?2) FROM mintings"
        " WHERE borrower = ?1");
    rows.bind(1, borrower).bind(2, hash);
    rows.step();
    const std::int64_t count = rows.integer(0);
    const std::int64_t oldest = rows.integer(1);
    const bool repeated = rows.integer(2) > 0;
    rows.reset();
    if (!repeated && count >= limit_.count) {
        write.commit();
        return std::max<std::int64_t>(1, oldest + limit_.window_ms - now);
    }
    shared_.database.prepare("INSERT OR IGNORE INTO mintings VALUES (?1, ?2, ?3)")
        .bind(1, borrower)
        .bind(2, hash)
        .bind(3, now)
        .run();
    write.commit();
    return 0;
}

}  // namespace credit::partner

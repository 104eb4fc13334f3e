#include "partner_backend/token_owners.h"

#include <algorithm>

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {
// At least this long, whatever the expiry says: the platform's clock and ours may differ.
constexpr std::int64_t kKeepMs = std::int64_t{30} * 24 * 3600 * 1000;
}  // namespace

TokenOwners::TokenOwners(SharedDatabase& shared) : shared_(shared) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS token_owners ("
        " token_hash TEXT PRIMARY KEY, borrower TEXT NOT NULL, keep_until_ms INTEGER NOT NULL)");
    shared_.database.exec("CREATE INDEX IF NOT EXISTS by_age ON token_owners (keep_until_ms)");
}

void TokenOwners::record(const std::string& refresh_token, const std::string& borrower,
                         const std::optional<std::string>& expires_at) {
    const std::int64_t now = kit::real_now_ms();
    const auto expiry = expires_at ? kit::parse_iso8601(*expires_at) : std::nullopt;
    const std::int64_t keep_until = std::max(expiry.value_or(0), now + kKeepMs);
    Write write(shared_);
    shared_.database.prepare("DELETE FROM token_owners WHERE keep_until_ms < ?1")
        .bind(1, now)
        .run();
    shared_.database.prepare("INSERT OR REPLACE INTO token_owners VALUES (?1, ?2, ?3)")
        .bind(1, kit::sha256_hex(refresh_token))
        .bind(2, borrower)
        .bind(3, keep_until)
        .run();
    write.commit();
}

std::optional<std::string> TokenOwners::owner_of(const std::string& refresh_token) {
    const std::lock_guard lock(shared_.mutex);
    auto row = shared_.database.prepare("SELECT borrower FROM token_owners WHERE token_hash = ?1");
    row.bind(1, kit::sha256_hex(refresh_token));
    return row.step() ? row.optional_text(0) : std::nullopt;
}

}  // namespace credit::partner

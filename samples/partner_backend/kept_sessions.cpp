#include "partner_backend/kept_sessions.h"

#include "partner_backend/json_text.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr std::int64_t kRememberMs = std::int64_t{24} * 3600 * 1000;
// A platform that declared living sessions dead by mistake has had time to notice it.
constexpr std::int64_t kSecondTryMs = std::int64_t{15} * 60 * 1000;

std::string to_record(const KeptSession& session) {
    return to_text(json{{"sessionToken", session.session_token},
                        {"refreshToken", session.refresh_token},
                        {"sessionExpiresAt", session.session_expires_at},
                        {"diesAtMs", session.dies_at_ms},
                        {"sameToken", session.same_token},
                        {"keyEpoch", session.key_epoch}});
}

KeptSession from_record(const std::string& text) {
    const json record = json::parse(text);
    KeptSession session;
    session.session_token = record.at("sessionToken");
    session.refresh_token = record.at("refreshToken");
    session.session_expires_at = record.at("sessionExpiresAt");
    session.dies_at_ms = record.at("diesAtMs");
    session.same_token = record.at("sameToken");
    session.key_epoch = record.at("keyEpoch");
    return session;
}

}  // namespace

KeptSessions::KeptSessions(SharedDatabase& shared, const Sealer& sealer)
    : shared_(shared), sealer_(sealer) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS kept_sessions ("
        " borrower TEXT PRIMARY KEY, token_hash TEXT NOT NULL, sealed TEXT NOT NULL,"
        " generation INTEGER NOT NULL)");
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS refresh_intents ("
        " borrower TEXT PRIMARY KEY, token_hash TEXT NOT NULL, sealed_key TEXT NOT NULL,"
        " attempts INTEGER NOT NULL, noted_at_ms INTEGER NOT NULL)");
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS forced_refreshes ("
        " borrower TEXT NOT NULL, key_hash TEXT NOT NULL, session_hash TEXT NOT NULL,"
        " asked_at_ms INTEGER NOT NULL, PRIMARY KEY (borrower, key_hash))");
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS spare_sessions ("
        " borrower TEXT PRIMARY KEY, sealed TEXT NOT NULL)");
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS suspect_sessions ("
        " borrower TEXT PRIMARY KEY, since_ms INTEGER NOT NULL, tried_again INTEGER NOT NULL)");
}

std::optional<KeptSession> KeptSessions::find(const std::string& borrower) {
    const std::lock_guard lock(shared_.mutex);
    auto row = shared_.database.prepare(
        "SELECT k.sealed, k.generation, s.since_ms FROM kept_sessions k"
        " LEFT JOIN suspect_sessions s ON s.borrower = k.borrower WHERE k.borrower = ?1");
    row.bind(1, borrower);
    if (!row.step()) return std::nullopt;
    const auto record = sealer_.open(row.text(0), borrower);
    if (!record) return std::nullopt;
    KeptSession session = from_record(*record);
    session.generation = row.integer(1);
    session.is_suspect = !row.is_null(2);
    return session;
}

void KeptSessions::replace(const std::string& borrower, const KeptSession& fresh) {
    Write all(shared_);
    write(borrower, fresh);
    forget(borrower, "spare_sessions");
    all.commit();
}

std::string KeptSessions::mark(const std::string& borrower, const std::string& refresh_token,
                               const std::string& key) {
    const std::string hash = kit::sha256_hex(refresh_token);
    Write all(shared_);
    shared_.database
        .prepare(
            "INSERT INTO refresh_intents VALUES (?1, ?2, ?3, 1, ?4)"
            " ON CONFLICT (borrower) DO UPDATE SET attempts ="
            "  CASE WHEN token_hash = excluded.token_hash THEN attempts + 1 ELSE 1 END,"
            " sealed_key = CASE WHEN token_hash = excluded.token_hash THEN sealed_key"
            "  ELSE excluded.sealed_key END,"
            " token_hash = excluded.token_hash, noted_at_ms = excluded.noted_at_ms")
        .bind(1, borrower)
        .bind(2, hash)
        .bind(3, sealer_.seal(key, borrower))
        .bind(4, kit::real_now_ms())
        .run();
    auto row =
        shared_.database.prepare("SELECT sealed_key FROM refresh_intents WHERE borrower = ?1");
    row.bind(1, borrower);
    const auto noted = row.step() ? sealer_.open(row.text(0), borrower) : std::nullopt;
    row.reset();
    all.commit();
    return noted.value_or(key);
}

void KeptSessions::drop_mark(const std::string& borrower) {
    const std::lock_guard lock(shared_.mutex);
    forget(borrower, "refresh_intents");
}

bool KeptSessions::is_unsettled(const std::string& borrower, const KeptSession& session) {
    const std::lock_guard lock(shared_.mutex);
    auto row = shared_.database.prepare(
        "SELECT 1 FROM refresh_intents WHERE borrower = ?1 AND token_hash = ?2");
    return row.bind(1, borrower).bind(2, kit::sha256_hex(session.refresh_token)).step();
}

std::vector<std::string> KeptSessions::unsettled(int limit) {
    const std::lock_guard lock(shared_.mutex);
    auto rows = shared_.database.prepare(
        "SELECT borrower FROM refresh_intents ORDER BY noted_at_ms LIMIT ?1");
    rows.bind(1, limit);
    std::vector<std::string> borrowers;
    while (rows.step())
        borrowers.push_back(rows.text(0));
    return borrowers;
}

bool KeptSessions::is_answered(const std::string& borrower, const std::string& app_key,
                               const KeptSession& session) {
    const std::string key_hash = kit::sha256_hex(app_key);
    const std::string session_hash = kit::sha256_hex(session.session_token);
    const std::int64_t now = kit::real_now_ms();
    Write all(shared_);
    shared_.database
        .prepare("DELETE FROM forced_refreshes WHERE borrower = ?1 AND asked_at_ms < ?2")
        .bind(1, borrower)
        .bind(2, now - kRememberMs)
        .run();
    shared_.database.prepare("INSERT OR IGNORE INTO forced_refreshes VALUES (?1, ?2, ?3, ?4)")
        .bind(1, borrower)
        .bind(2, key_hash)
        .bind(3, session_hash)
        .bind(4, now)
        .run();
    auto row = shared_.database.prepare(
        "SELECT session_hash FROM forced_refreshes WHERE borrower = ?1 AND key_hash = ?2");
    row.bind(1, borrower).bind(2, key_hash);
    const bool answered = row.step() && row.text(0) != session_hash;
    row.reset();
    all.commit();
    return answered;
}

bool KeptSessions::holds(const std::string& borrower, const std::string& refresh_token) {
    auto row = shared_.database.prepare("SELECT token_hash FROM kept_sessions WHERE borrower = ?1");
    row.bind(1, borrower);
    return row.step() && row.text(0) == kit::sha256_hex(refresh_token);
}

bool KeptSessions::holds_any(const std::string& borrower) {
    auto row = shared_.database.prepare("SELECT 1 FROM kept_sessions WHERE borrower = ?1");
    return row.bind(1, borrower).step();
}

bool KeptSessions::commit(const std::string& borrower, const std::string& old_token,
                          const KeptSession& fresh) {
    Write all(shared_);
    // What was erased meanwhile, as too old a suspect, is no newer pair.
    const bool unchanged = holds(borrower, old_token) || !holds_any(borrower);
    if (unchanged) {
        write(borrower, fresh);
    } else if (!holds(borrower, fresh.refresh_token)) {
        lay_aside(borrower, fresh);
    }
    all.commit();
    return unchanged;
}

void KeptSessions::lay_aside(const std::string& borrower, const KeptSession& session) {
    shared_.database.prepare("INSERT OR REPLACE INTO spare_sessions VALUES (?1, ?2)")
        .bind(1, borrower)
        .bind(2, sealer_.seal(to_record(session), borrower))
        .run();
}

std::optional<KeptSession> KeptSessions::take_spare(const std::string& borrower,
                                                    const std::string& dead_token) {
    Write all(shared_);
    auto row = shared_.database.prepare("SELECT sealed FROM spare_sessions WHERE borrower = ?1");
    row.bind(1, borrower);
    const auto record = row.step() ? sealer_.open(row.text(0), borrower) : std::nullopt;
    row.reset();
    if (!record || !holds(borrower, dead_token)) return std::nullopt;
    write(borrower, from_record(*record));
    forget(borrower, "spare_sessions");
    all.commit();
    return find(borrower);
}

bool KeptSessions::suspect(const std::string& borrower, const std::string& dead_token) {
    Write all(shared_);
    if (!holds(borrower, dead_token)) return false;
    shared_.database.prepare("INSERT OR IGNORE INTO suspect_sessions VALUES (?1, ?2, 0)")
        .bind(1, borrower)
        .bind(2, kit::real_now_ms())
        .run();
    forget(borrower, "refresh_intents");
    all.commit();
    return true;
}

bool KeptSessions::take_second_try(const std::string& borrower) {
    Write all(shared_);
    shared_.database
        .prepare(
            "UPDATE suspect_sessions SET tried_again = 1"
            " WHERE borrower = ?1 AND tried_again = 0 AND since_ms <= ?2")
        .bind(1, borrower)
        .bind(2, kit::real_now_ms() - kSecondTryMs)
        .run();
    const bool taken = shared_.database.changes() == 1;
    all.commit();
    return taken;
}

void KeptSessions::erase_old_suspects() {
    const std::int64_t before_ms = kit::real_now_ms() - kRememberMs;
    Write all(shared_);
    for (const char* table : {"kept_sessions", "refresh_intents"}) {
        shared_.database
            .prepare(std::string("DELETE FROM ") + table +
                     " WHERE borrower IN"
                     " (SELECT borrower FROM suspect_sessions WHERE since_ms <= ?1)")
            .bind(1, before_ms)
            .run();
    }
    shared_.database.prepare("DELETE FROM suspect_sessions WHERE since_ms <= ?1")
        .bind(1, before_ms)
        .run();
    all.commit();
}

void KeptSessions::write(const std::string& borrower, const KeptSession& session) {
    shared_.database
        .prepare(
            "INSERT INTO kept_sessions VALUES (?1, ?2, ?3, 1)"
            " ON CONFLICT (borrower) DO UPDATE SET token_hash = excluded.token_hash,"
            " sealed = excluded.sealed, generation = generation + 1")
        .bind(1, borrower)
        .bind(2, kit::sha256_hex(session.refresh_token))
        .bind(3, sealer_.seal(to_record(session), borrower))
        .run();
    forget(borrower, "refresh_intents");
    forget(borrower, "suspect_sessions");
}

void KeptSessions::forget(const std::string& borrower, const char* table) {
    shared_.database.prepare(std::string("DELETE FROM ") + table + " WHERE borrower = ?1")
        .bind(1, borrower)
        .run();
}

}  // namespace credit::partner

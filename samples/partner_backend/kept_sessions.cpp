#include "partner_backend/kept_sessions.h"

#include "partner_backend/json_text.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

using nlohmann::json;

namespace {

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
}

std::optional<KeptSession> KeptSessions::find(const std::string& borrower) {
    const std::lock_guard lock(shared_.mutex);
    auto row = shared_.database.prepare(
        "SELECT sealed, generation FROM kept_sessions WHERE borrower = ?1");
    row.bind(1, borrower);
    if (!row.step()) return std::nullopt;
    const auto record = sealer_.open(row.text(0), borrower);
    if (!record) return std::nullopt;
    KeptSession session = from_record(*record);
    session.generation = row.integer(1);
    return session;
}

void KeptSessions::replace(const std::string& borrower, const KeptSession& fresh) {
    const std::lock_guard lock(shared_.mutex);
    kit::Transaction transaction(shared_.database);
    write(borrower, fresh);
    transaction.commit();
}

std::string KeptSessions::mark(const std::string& borrower, const std::string& refresh_token,
                               const std::string& key) {
    const std::string hash = kit::sha256_hex(refresh_token);
    const std::lock_guard lock(shared_.mutex);
    kit::Transaction transaction(shared_.database);
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
    transaction.commit();
    return noted.value_or(key);
}

void KeptSessions::drop_mark(const std::string& borrower) {
    const std::lock_guard lock(shared_.mutex);
    shared_.database.prepare("DELETE FROM refresh_intents WHERE borrower = ?1")
        .bind(1, borrower)
        .run();
}

bool KeptSessions::commit(const std::string& borrower, const std::string& old_token,
                          const KeptSession& fresh) {
    const std::lock_guard lock(shared_.mutex);
    kit::Transaction transaction(shared_.database);
    auto row = shared_.database.prepare("SELECT token_hash FROM kept_sessions WHERE borrower = ?1");
    row.bind(1, borrower);
    const bool unchanged = row.step() && row.text(0) == kit::sha256_hex(old_token);
    row.reset();
    if (!unchanged) return false;
    write(borrower, fresh);
    transaction.commit();
    return true;
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
    shared_.database.prepare("DELETE FROM refresh_intents WHERE borrower = ?1")
        .bind(1, borrower)
        .run();
}

}  // namespace credit::partner

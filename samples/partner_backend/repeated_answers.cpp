#include "partner_backend/repeated_answers.h"

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::partner {

namespace {

// The SDK's own numbers.
constexpr std::int64_t kPinnedMs = std::int64_t{15} * 60 * 1000;
constexpr int kPinnedTimes = 5;

}  // namespace

RepeatedAnswers::RepeatedAnswers(SharedDatabase& shared) : shared_(shared) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS repeated_answers ("
        " borrower TEXT PRIMARY KEY, answer_hash TEXT NOT NULL, times INTEGER NOT NULL,"
        " first_at_ms INTEGER NOT NULL)");
}

bool RepeatedAnswers::is_pinned(const std::string& borrower, const std::string& refresh_token,
                                const std::string& answer) {
    const std::int64_t now = kit::real_now_ms();
    Write all(shared_);
    shared_.database
        .prepare(
            "INSERT INTO repeated_answers VALUES (?1, ?2, 1, ?3)"
            " ON CONFLICT (borrower) DO UPDATE SET"
            " times = CASE WHEN answer_hash = excluded.answer_hash THEN times + 1 ELSE 1 END,"
            " first_at_ms = CASE WHEN answer_hash = excluded.answer_hash THEN first_at_ms"
            "  ELSE excluded.first_at_ms END,"
            " answer_hash = excluded.answer_hash")
        .bind(1, borrower)
        .bind(2, kit::sha256_hex(refresh_token + answer))
        .bind(3, now)
        .run();
    auto row = shared_.database.prepare(
        "SELECT 1 FROM repeated_answers WHERE borrower = ?1 AND times >= ?2 AND first_at_ms <= ?3");
    const bool pinned = row.bind(1, borrower).bind(2, kPinnedTimes).bind(3, now - kPinnedMs).step();
    row.reset();
    all.commit();
    return pinned;
}

}  // namespace credit::partner

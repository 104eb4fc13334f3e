#include "partner_backend/rotation_leases.h"

namespace credit::partner {

RotationLeases::RotationLeases(SharedDatabase& shared, const Worker& me)
    : shared_(shared), me_(me) {
    shared_.database.exec(
        "CREATE TABLE IF NOT EXISTS rotation_leases ("
        " borrower TEXT PRIMARY KEY, owner TEXT NOT NULL, boot TEXT NOT NULL,"
        " until_elapsed_ms INTEGER NOT NULL)");
}

bool RotationLeases::take(const std::string& borrower, std::chrono::milliseconds life) {
    Write write(shared_);
    auto row = shared_.database.prepare(
        "SELECT owner, boot, until_elapsed_ms FROM rotation_leases WHERE borrower = ?1");
    row.bind(1, borrower);
    const bool held = row.step() && row.text(0) != me_.name() && row.text(1) == me_.boot() &&
                      row.integer(2) > Worker::elapsed_ms() && me_.may_be_alive(row.text(0));
    row.reset();
    if (held) return false;
    shared_.database.prepare("INSERT OR REPLACE INTO rotation_leases VALUES (?1, ?2, ?3, ?4)")
        .bind(1, borrower)
        .bind(2, me_.name())
        .bind(3, me_.boot())
        .bind(4, Worker::elapsed_ms() + std::int64_t{life.count()})
        .run();
    write.commit();
    return true;
}

void RotationLeases::give_back(const std::string& borrower) {
    Write write(shared_);
    shared_.database.prepare("DELETE FROM rotation_leases WHERE borrower = ?1 AND owner = ?2")
        .bind(1, borrower)
        .bind(2, me_.name())
        .run();
    write.commit();
}

}  // namespace credit::partner

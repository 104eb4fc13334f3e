#include "partner_backend/shared_database.h"

namespace credit::partner {

SharedDatabase::SharedDatabase(const std::string& path) : database(path) {
    // Not left to how the library was built: an answer is given only for what survives a power cut.
    database.exec("PRAGMA synchronous = FULL");
}

Write::Write(SharedDatabase& shared) : lock_(shared.mutex), shared_(shared) {
    if (shared_.writes == 0) transaction_.emplace(shared_.database);
    ++shared_.writes;
}

Write::~Write() {
    --shared_.writes;
}

void Write::commit() {
    if (transaction_) transaction_->commit();
}

}  // namespace credit::partner

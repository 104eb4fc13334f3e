#include "core/session/unstored.h"

namespace credit {

bool issued_before(const Pair& mine, const Pair& theirs) noexcept {
    if (mine.server_time_ms != 0 && theirs.server_time_ms != 0)
        return mine.server_time_ms < theirs.server_time_ms;
    // A shape without a timestamp may still say when its token ends; one that says neither is not called older.
    const bool ends = mine.session_expires_at_ms != 0 && theirs.session_expires_at_ms != 0;
    return ends && mine.session_expires_at_ms < theirs.session_expires_at_ms;
}

bool still_wanted(const Unstored& made, const Record& mine, const Record& stored) noexcept {
    if (!supersedes(stored, made.over)) return true;  // nothing happened there since
    if (!made.asked || !mine.pair || mine.suspect) return false;
    if (stored.tombstone) return stored.tombstone->at < made.opened;
    if (!stored.pair || stored.suspect) return true;
    if (same_pair(*mine.pair, *stored.pair)) return false;     // it is there, under another number
    if (stored.version.epoch == made.over.epoch) return true;  // the session it replaces, renewed
    // Renewed since: it may descend from this very install, which a failed sync left visible.
    if (!stored.pair->from_start) return false;
    return !issued_before(*mine.pair, *stored.pair);
}

}  // namespace credit

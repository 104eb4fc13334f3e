// An install (start, adopt, heal) that the store has not taken yet: it lives in memory, and whether it may still be written
// when the store comes back depends on what came there meanwhile (R4, R11, R28). Pure.
#pragma once

#include "core/base/time.h"
#include "core/session/record.h"

namespace credit {

struct Unstored {
    Version over;  // what the store held when it was made, as far as the session knew
    WallTime
        opened;  // of the handle the app asked on; an end asked before that was not an end of this
    bool asked = true;  // by the app; healing never outlives an end
};

// Whether what memory holds is to be written, given what is stored by now.
bool still_wanted(const Unstored& made, const Record& mine, const Record& stored) noexcept;

// Whether `mine` was issued before `theirs`, by the server's own words; false when they do not tell.
bool issued_before(const Pair& mine, const Pair& theirs) noexcept;

}  // namespace credit

// The program's malloc and free, watched: every block of every library is searched for canaries when it is given back.
#pragma once

#include "tests/secrets/shared.h"

namespace credit::secrets {

// From now on, with what is found written there. Once, from main().
void watch_heap(Shared& shared) noexcept;

}  // namespace credit::secrets

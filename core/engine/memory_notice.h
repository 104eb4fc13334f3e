// R39: that secrets lie in memory which is not locked is said once, in the log of the first session that has one.
#pragma once

#include "core/ports/logger.h"

namespace credit {

// Looks at the arena and says what there is to say, at most one line per process. Null says nothing, and loses nothing: the
// next logger is told. Any thread.
void tell_of_memory(Logger* logger) noexcept;

}  // namespace credit

#pragma once

#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

// POST /sessions: creates the borrower or resumes it, with a new family of tokens.
Reply create_session(Work& work, const Reply* instead);

}  // namespace credit::sandbox

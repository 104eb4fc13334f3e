#pragma once

#include <optional>

#include "sandbox/work.h"

namespace credit::sandbox {

// What the hosted page calls, below /api/lab; nothing for another path. hosted.md lists it. Throws
// a Refusal.
std::optional<Reply> answer_page_route(Work& work);

}  // namespace credit::sandbox

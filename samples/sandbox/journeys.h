#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// /journeys and what tells of a journey as a whole; each takes a session token. `instead` as in
// refresh.h.
Reply list_journeys(Work& work);
Reply start_journey(Work& work, const Reply* instead);
Reply show_journey(Work& work);
Reply show_journey_state(Work& work);

// PATCH …/resume: where the borrower was, for another device or another day.
Reply keep_resume_markers(Work& work, const Reply* instead);

}  // namespace credit::sandbox

#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// …/profile: what is known of the borrower for this journey, and its handing in. `instead` as in
// refresh.h.
Reply show_profile(Work& work);
Reply change_profile(Work& work, const Reply* instead);
Reply submit_profile(Work& work, const Reply* instead);

}  // namespace credit::sandbox

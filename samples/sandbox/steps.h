#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// …/offers/{offerID}/steps: what is left to do before the money comes. `instead` as in refresh.h.
Reply show_steps(Work& work);
// The one step the path names.
Reply show_step(Work& work);
Reply show_kyc_status(Work& work);
Reply show_bank_mandate(Work& work);
Reply submit_bank_mandate(Work& work, const Reply* instead);

}  // namespace credit::sandbox

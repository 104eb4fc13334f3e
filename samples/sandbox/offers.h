#pragma once

#include "sandbox/work.h"

namespace credit::sandbox {

// …/offers: what lenders offer for a journey, and the borrower's choice. `instead` as in refresh.h.
Reply list_offers(Work& work);
Reply show_offer(Work& work);
Reply proceed_with_offer(Work& work, const Reply* instead);
Reply reject_offer(Work& work, const Reply* instead);

}  // namespace credit::sandbox

// C callbacks as the engine's. What a callback hands out is allocated when the operation starts, so
// that a finished operation can always be reported (R34).
#pragma once

#include "capi/src/counted.h"
#include "capi/src/error.h"
#include "capi/src/journey.h"
#include "capi/src/response.h"
#include "capi/src/strings.h"
#include "capi/src/token.h"
#include "core/engine/session.h"

namespace credit::capi {

// `callback` may be null.
DoneCallback wrap_done(void* context, credit_done_callback callback);
TokenCallback wrap_token(void* context, credit_token_callback callback);
TextCallback wrap_text(void* context, credit_text_callback callback);
JourneyCallback wrap_journey(void* context, credit_journey_callback callback);
CallCallback wrap_call(void* context, credit_response_callback callback);

}  // namespace credit::capi

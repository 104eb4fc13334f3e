#pragma once

#include <memory>

#include "capi/src/counted.h"
#include "core/engine/session.h"
#include "credit/credit.h"

struct credit_response final : credit::capi::Counted {
    std::shared_ptr<const credit::CallResponse> call;  // set before the app sees the object
};

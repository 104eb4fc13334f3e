#pragma once

#include "capi/src/counted.h"
#include "core/base/issued.h"
#include "credit/credit.h"

struct credit_journey final : credit::capi::Counted {
    credit::Journey journey;
};

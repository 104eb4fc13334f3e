// The device's clock as the driver wants it.
#pragma once

#include "tests/kills/journal_format.h"

namespace credit::test::shim {

const volatile DeviceClock& device_clock();

}  // namespace credit::test::shim

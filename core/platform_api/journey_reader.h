#pragma once

#include <optional>

#include "core/base/issued.h"
#include "core/platform_api/object_reader.h"

namespace credit {

// {journeyID, status, nextAction} with every value kept as it came. Nothing when a field is broken:
// the reader then holds the fault, or, being lenient, none.
std::optional<Journey> read_journey(ObjectReader& reader);

}  // namespace credit

// The exact request a mark was made for, as bytes in the record (R12).
#pragma once

#include <optional>
#include <string>

#include "core/platform_api/contract.h"

namespace credit {

std::string encode_shape(const RefreshShape& shape);
std::optional<RefreshShape> decode_shape(std::string_view bytes);

}  // namespace credit

#pragma once

#include <nlohmann/json_fwd.hpp>

namespace credit::kit {

// One line of JSON on standard output, flushed: whoever started the program waits for it.
void print_ready(const nlohmann::json& ready);

}  // namespace credit::kit

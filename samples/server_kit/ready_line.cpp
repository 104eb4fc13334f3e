#include "server_kit/ready_line.h"

#include <iostream>
#include <nlohmann/json.hpp>

namespace credit::kit {

void print_ready(const nlohmann::json& ready) {
    std::cout << ready.dump() << std::endl;
}

}  // namespace credit::kit

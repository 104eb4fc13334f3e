// A world in which the doctor has a borrower of its own beside the app's.
#pragma once

#include <string>
#include <vector>

#include "cli_world.h"

namespace credit::e2e {

class DoctorWorld : public CliWorld {
  public:
    explicit DoctorWorld(const nlohmann::json& settings = nlohmann::json::object(),
                         std::vector<std::string> partner = {},
                         const std::string& route = "platform");

    // On the sandbox's clock, for 150 s of it.
    Said diagnose(const std::vector<std::string>& arguments = {});
};

// Whether the report has each of these; null: it does not have it.
void expect_found(const Said& said, const nlohmann::json& expected);

}  // namespace credit::e2e

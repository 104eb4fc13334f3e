#include "doctor_world.h"

#include <gtest/gtest.h>

namespace credit::e2e {
namespace {

CliSetup with_doctor(std::vector<std::string> partner, const std::string& route) {
    partner.insert(partner.end(), {"--user", "app-2=doctor-1"});
    return {{}, std::move(partner), route};
}

}  // namespace

DoctorWorld::DoctorWorld(const nlohmann::json& settings, std::vector<std::string> partner_flags,
                         const std::string& route)
    : CliWorld(with_doctor(std::move(partner_flags), route)) {
    sandbox.set(settings);
    environment["CREDIT_DOCTOR_BORROWER"] = "doctor-1";
    environment["CREDIT_DOCTOR_AUTH"] = "Bearer app-2";
}

Said DoctorWorld::diagnose(const std::vector<std::string>& arguments) {
    environment["CREDIT_DOCTOR_CLOCK_URL"] =
        sandbox.ready()["admin_url"].get<std::string>() + "/clock";
    std::vector<std::string> all{"doctor", "--probe-seconds", "150"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    Said said = run(all);
    environment.erase("CREDIT_DOCTOR_CLOCK_URL");
    return said;
}

void expect_found(const Said& said, const nlohmann::json& expected) {
    ASSERT_TRUE(said.ok()) << said.text();
    for (const auto& [name, value] : expected.items())
        EXPECT_EQ(said.json.value(name, nlohmann::json()), value) << name;
    if (::testing::Test::HasFailure()) ADD_FAILURE() << said.text();
}

}  // namespace credit::e2e

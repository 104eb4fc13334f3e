#include "tests/contract/transport_guest.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "tests/contract/transport_guest_again.h"
#include "tests/contract/transport_guest_subject.h"

namespace credit::test {
namespace {

const credit_transport_guest* running = nullptr;  // from the moment the suite is run

std::string full_name(const std::string& test) {
    return "Guest/TransportContract." + test + "/" + running->name;
}

bool is_whole(const credit_transport_guest* guest) {
    if (guest == nullptr || guest->make == nullptr || guest->trust == nullptr) return false;
    if (guest->exceptions == nullptr && guest->exception_count != 0) return false;
    const std::string_view name(guest->name == nullptr ? "" : guest->name);
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::vector<std::string> all_tests() {
    std::vector<std::string> names;
    const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
    for (int i = 0; i < unit.total_test_suite_count(); ++i) {
        const ::testing::TestSuite& suite = *unit.GetTestSuite(i);
        for (int j = 0; j < suite.total_test_count(); ++j)
            names.push_back(std::string(suite.name()) + "." + suite.GetTestInfo(j)->name());
    }
    return names;
}

// Each exception names a test that there is, and has a reason.
bool exceptions_are_sound(const credit_transport_guest& guest) {
    const std::vector<std::string> names = all_tests();
    bool sound = true;
    for (std::size_t i = 0; i < guest.exception_count; ++i) {
        const credit_transport_exception& exception = guest.exceptions[i];
        if (exception.test == nullptr) return false;
        if (std::find(names.begin(), names.end(), full_name(exception.test)) == names.end()) {
            std::cout << "no such test: " << exception.test << "\n";
            sound = false;
        }
        if (exception.reason == nullptr || std::strlen(exception.reason) < 20) {
            std::cout << "no reason: " << exception.test << "\n";
            sound = false;
        }
    }
    return sound;
}

std::string all_but_exceptions(const credit_transport_guest& guest) {
    std::string filter = "Guest/TransportContract.*-";
    for (std::size_t i = 0; i < guest.exception_count; ++i)
        filter.append(full_name(guest.exceptions[i].test)).append(":");
    return filter;
}

// How many exceptions are none, or could not be tried.
int try_exceptions(const credit_transport_guest& guest) {
    int wrong = 0;
    for (std::size_t i = 0; i < guest.exception_count; ++i) {
        const credit_transport_exception& exception = guest.exceptions[i];
        const Again again = run_again(full_name(exception.test));
        const bool excepted = again == Again::failed;
        wrong += excepted ? 0 : 1;
        const char* said = excepted ? "excepted" : "WRONGLY EXCEPTED";
        if (again == Again::not_run) said = "NOT RUN";
        std::cout << said << " " << exception.test << ": " << exception.reason << std::endl;
    }
    return wrong;
}

int run_all(const credit_transport_guest& guest) {
    if (!exceptions_are_sound(guest) || try_exceptions(guest) != 0) return 1;
    GTEST_FLAG_SET(filter, all_but_exceptions(guest));
    const bool worked = RUN_ALL_TESTS() == 0;
    const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
    const int kept = unit.successful_test_count();
    std::cout << "transport contract of " << guest.name << ": " << kept << " kept, "
              << unit.failed_test_count() << " broken, " << unit.skipped_test_count()
              << " not carried by the table, " << guest.exception_count << " excepted" << std::endl;
    return worked && kept > 0 ? 0 : 1;
}

// The value is asked for when the arguments are read, not when the library is loaded.
INSTANTIATE_TEST_SUITE_P(Guest, TransportContract, ::testing::Values(guest_subject(*running)),
                         [](const auto& subject) { return subject.param.name; });

}  // namespace
}  // namespace credit::test

int credit_transport_contract_run(const credit_transport_guest* guest) {
    using namespace credit::test;  // NOLINT: the whole function belongs there
    if (!is_whole(guest)) {
        std::cout << "the guest's table is not filled in" << std::endl;
        return 2;
    }
    running = guest;
    int argc = 1;
    std::string program = "guest";
    std::array<char*, 2> argv{program.data(), nullptr};
    ::testing::InitGoogleTest(&argc, argv.data());
    return std::getenv("GTEST_FILTER") != nullptr ? RUN_ALL_TESTS() : run_all(*guest);
}

# The sandbox as a subprocess over real sockets. credit_e2e_support is for every end-to-end test.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
include(GoogleTest)

set(CREDIT_E2E_DIR "${CMAKE_CURRENT_LIST_DIR}")
add_library(credit_e2e_support STATIC
    "${CREDIT_E2E_DIR}/process.cpp" "${CREDIT_E2E_DIR}/raw_http.cpp"
    "${CREDIT_E2E_DIR}/sandbox_driver.cpp")
target_include_directories(credit_e2e_support PUBLIC "${CREDIT_E2E_DIR}")
target_compile_definitions(credit_e2e_support PRIVATE
    CREDIT_SANDBOX_PROGRAM="$<TARGET_FILE:credit-sandbox>")
target_link_libraries(credit_e2e_support
    PUBLIC nlohmann_json::nlohmann_json
    PRIVATE credit_build_flags OpenSSL::SSL OpenSSL::Crypto)
add_dependencies(credit_e2e_support credit-sandbox)

add_executable(credit_sandbox_test
    "${CREDIT_E2E_DIR}/sandbox_test.cpp" "${CREDIT_E2E_DIR}/sandbox_model_test.cpp"
    "${CREDIT_E2E_DIR}/sandbox_fault_test.cpp" "${CREDIT_E2E_DIR}/sandbox_program_test.cpp")
target_compile_definitions(credit_sandbox_test PRIVATE
    CREDIT_SANDBOX_PROGRAM="$<TARGET_FILE:credit-sandbox>")
target_link_libraries(credit_sandbox_test PRIVATE
    credit_build_flags credit_e2e_support GTest::gtest GTest::gtest_main)
gtest_discover_tests(credit_sandbox_test DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120 LABELS e2e)

# Journeys, offers, API keys and the forms of the database.
add_executable(credit_sandbox_journey_test
    "${CREDIT_E2E_DIR}/sandbox_borrower.cpp" "${CREDIT_E2E_DIR}/sandbox_journey_test.cpp"
    "${CREDIT_E2E_DIR}/sandbox_offer_test.cpp" "${CREDIT_E2E_DIR}/sandbox_keys_test.cpp"
    "${CREDIT_E2E_DIR}/sandbox_schema_test.cpp" "${CREDIT_E2E_DIR}/sandbox_http_test.cpp")
target_compile_definitions(credit_sandbox_journey_test PRIVATE
    CREDIT_SANDBOX_PROGRAM="$<TARGET_FILE:credit-sandbox>")
target_link_libraries(credit_sandbox_journey_test PRIVATE
    credit_build_flags credit_e2e_support credit_server_kit GTest::gtest GTest::gtest_main)
# As samples/CMakeLists.txt says of the programs: quick to compile, and GCC 12 sees copies that are not there.
target_compile_options(credit_sandbox_journey_test PRIVATE $<$<CONFIG:Release>:-O1>
    $<$<CXX_COMPILER_ID:GNU>:-Wno-stringop-overflow>)
# The JSON library is most of what compiling costs.
target_precompile_headers(credit_sandbox_journey_test PRIVATE <gtest/gtest.h> <nlohmann/json.hpp>)
gtest_discover_tests(credit_sandbox_journey_test DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 120 LABELS e2e)

# The CLI against sandbox and partner backend as processes over real TLS. credit_e2e_support comes from sandbox.cmake.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
include(GoogleTest)

add_executable(credit_cli_test
    "${CMAKE_CURRENT_LIST_DIR}/bad_input_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/cli_crash_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/cli_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/cli_world.cpp")
target_link_libraries(credit_cli_test PRIVATE
    credit_build_flags credit_e2e_support nlohmann_json::nlohmann_json GTest::gtest GTest::gtest_main)
target_compile_definitions(credit_cli_test PRIVATE
    CREDIT_CLI_PROGRAM="$<TARGET_FILE:credit-cli>"
    CREDIT_PARTNER_PROGRAM="$<TARGET_FILE:credit-partner-backend>")
add_dependencies(credit_cli_test credit-cli credit-partner-backend credit-sandbox)
gtest_discover_tests(credit_cli_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 LABELS e2e)

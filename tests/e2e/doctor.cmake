# credit-cli doctor against every refresh model of the sandbox, over real TLS. credit_e2e_support comes from sandbox.cmake.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
include(GoogleTest)

add_executable(credit_doctor_test
    "${CMAKE_CURRENT_LIST_DIR}/cli_world.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/doctor_backend_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/doctor_refusal_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/doctor_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/doctor_world.cpp")
target_link_libraries(credit_doctor_test PRIVATE
    credit_build_flags credit_e2e_support credit_server_kit credit_httplib nlohmann_json::nlohmann_json GTest::gtest GTest::gtest_main)
target_compile_definitions(credit_doctor_test PRIVATE
    CREDIT_CLI_PROGRAM="$<TARGET_FILE:credit-cli>"
    CREDIT_PARTNER_PROGRAM="$<TARGET_FILE:credit-partner-backend>")
add_dependencies(credit_doctor_test credit-cli credit-partner-backend credit-sandbox)
gtest_discover_tests(credit_doctor_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 LABELS e2e)

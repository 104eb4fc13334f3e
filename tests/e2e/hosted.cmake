# Webhooks, the hosted page and the inspector of the sandbox. credit_e2e_support comes from sandbox.cmake.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
include(GoogleTest)

credit_apart("${CMAKE_CURRENT_LIST_DIR}/webhook_test.cpp")
add_executable(credit_hosted_test
    "${CMAKE_CURRENT_LIST_DIR}/hosted_rules_test.cpp" "${CMAKE_CURRENT_LIST_DIR}/hosted_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/inspector_test.cpp" "${CMAKE_CURRENT_LIST_DIR}/sandbox_borrower.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/webhook_fault_test.cpp" "${CMAKE_CURRENT_LIST_DIR}/webhook_receiver.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/webhook_test.cpp")
target_link_libraries(credit_hosted_test PRIVATE
    credit_build_flags credit_e2e_support credit_server_kit credit_httplib nlohmann_json::nlohmann_json
    OpenSSL::Crypto GTest::gtest GTest::gtest_main)
target_precompile_headers(credit_hosted_test PRIVATE <nlohmann/json.hpp> <gtest/gtest.h>)
target_compile_definitions(credit_hosted_test PRIVATE CREDIT_SANDBOX_PROGRAM="$<TARGET_FILE:credit-sandbox>")
add_dependencies(credit_hosted_test credit-sandbox)
gtest_discover_tests(credit_hosted_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120 LABELS e2e)

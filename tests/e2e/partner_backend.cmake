# The partner backend as a process: against a platform inside the test, and against the sandbox.
# credit_e2e_support comes from sandbox.cmake.
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
add_executable(credit_partner_backend_test
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_rig.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_crash_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_keys_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_sandbox_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_start_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_suspect_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_test.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/partner_backend_webhook_test.cpp")
target_link_libraries(credit_partner_backend_test PRIVATE
    credit_build_flags credit_e2e_support credit_server_kit credit_httplib nlohmann_json::nlohmann_json
    GTest::gtest GTest::gtest_main)
target_compile_definitions(credit_partner_backend_test PRIVATE
    CREDIT_PARTNER_PROGRAM="$<TARGET_FILE:credit-partner-backend>"
    CREDIT_SANDBOX_PROGRAM="$<TARGET_FILE:credit-sandbox>")
add_dependencies(credit_partner_backend_test credit-partner-backend credit-sandbox)
include(GoogleTest)
gtest_discover_tests(credit_partner_backend_test DISCOVERY_TIMEOUT 60 
    PROPERTIES TIMEOUT 120 LABELS e2e)

# docs/integrate.md, typed into a shell.
if(TARGET credit-cli AND NOT CREDIT_SANITIZE)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    add_test(NAME integrate.walk
        COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/partner_backend_walk.py"
                --root "${CreditSDK_SOURCE_DIR}" --bin "$<TARGET_FILE_DIR:credit-cli>")
    set_tests_properties(integrate.walk PROPERTIES TIMEOUT 180 LABELS e2e)
endif()

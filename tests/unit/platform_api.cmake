# Tests of core/http and core/platform_api.
find_package(GTest REQUIRED)
# For the test that looks into core/platform_api/json.h: simdjson's classes differ without its definitions.
find_package(simdjson REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/platform_api_token_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_verdict_test.cpp)
add_executable(credit_platform_api_test
    ${CMAKE_CURRENT_LIST_DIR}/http_redact_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/http_rules_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/http_time_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/http_url_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_envelope_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_issued_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_request_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_session_reply_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_token_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/platform_api_verdict_test.cpp)
target_link_libraries(credit_platform_api_test PRIVATE
    credit_core_platform_api credit_core_http credit_core_base credit_build_flags simdjson::simdjson
    GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_platform_api_test)

# The C API over a fake engine: quick, and independent of threads and sockets.
find_package(GTest REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/capi_request_test.cpp)
add_executable(credit_capi_test
    ${CMAKE_CURRENT_LIST_DIR}/capi_config_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_fake_session.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_fixture.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_guard_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_mirror_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_provider_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_request_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_same_session_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_keychain_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_secret_service_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_session_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_settings_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_sized_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_store_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/capi_transport_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/checkout_api_test.cpp
    ${CMAKE_SOURCE_DIR}/core/engine/token_handle.cpp
    ${CMAKE_SOURCE_DIR}/core/engine/token_rack.cpp)
# Everything but the engine, whose place the fake takes; of that only the handles of tokens.
target_link_libraries(credit_capi_test PRIVATE
    credit_capi credit_core_base credit_core_http credit_core_platform_api
    credit_platform_curl credit_platform_file credit_platform_memory credit_platform_posix
    credit_build_flags GTest::gmock GTest::gtest_main Threads::Threads)
target_compile_definitions(credit_capi_test PRIVATE
    CREDIT_HEADER_PATH="$<TARGET_PROPERTY:credit,SOURCE_DIR>/include/credit/credit.h")
gtest_discover_tests(credit_capi_test)

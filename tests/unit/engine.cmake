# The engine over fakes (no thread, no socket, no real clock), and its token cell under threads.
find_package(GTest REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/engine_token_test.cpp ${CMAKE_CURRENT_LIST_DIR}/engine_unauthorized_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_world.cpp)
add_executable(credit_engine_test
    ${CMAKE_CURRENT_LIST_DIR}/engine_broken_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_call_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_diagnostics_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_end_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_partner_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_platform.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_provider_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_registry_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_shape_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_token_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_unauthorized_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/engine_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/token_cell_test.cpp)
target_link_libraries(credit_engine_test PRIVATE
    credit_core_engine credit_platform_memory credit_platform_posix credit_build_flags
    GTest::gtest GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_engine_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)

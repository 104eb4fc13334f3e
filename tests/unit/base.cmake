# Unit tests of core/base.
find_package(GTest REQUIRED)
include(GoogleTest)

add_executable(credit_base_test
    ${CMAKE_CURRENT_LIST_DIR}/arena_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/record_header_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/secret_test.cpp)
target_link_libraries(credit_base_test PRIVATE credit_core_base credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_base_test)

# The hosted page's URL, view and messages, without the C API.
find_package(GTest REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/checkout_url_test.cpp)
add_executable(credit_checkout_test
    ${CMAKE_CURRENT_LIST_DIR}/checkout_event_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/checkout_navigation_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/checkout_url_test.cpp)
target_link_libraries(credit_checkout_test PRIVATE
    credit_core_checkout credit_platform_memory credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_checkout_test)

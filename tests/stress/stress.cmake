# Sixteen threads through the C API of the library as it is shipped.
find_package(GTest REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/stress_test.cpp)
add_executable(credit_stress_test
    ${CMAKE_CURRENT_LIST_DIR}/stress_server.cpp
    ${CMAKE_CURRENT_LIST_DIR}/stress_test.cpp)
target_link_libraries(credit_stress_test PRIVATE
    CreditSDK::credit credit_build_flags GTest::gtest GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_stress_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 180 LABELS stress)

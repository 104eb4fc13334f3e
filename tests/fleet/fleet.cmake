# The fleet's model on small fleets; scripts/fleet builds and runs the large ones.
find_package(GTest REQUIRED)
include(GoogleTest)

include(${CMAKE_CURRENT_LIST_DIR}/sources.cmake)
add_executable(credit_fleet_test ${CREDIT_FLEET_SOURCES} ${CMAKE_CURRENT_LIST_DIR}/fleet_test.cpp)
target_link_libraries(credit_fleet_test PRIVATE
    credit_core_session credit_core_platform_api credit_core_http credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_fleet_test PROPERTIES TIMEOUT 120)

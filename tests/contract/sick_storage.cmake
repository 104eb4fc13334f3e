# Whole sessions on storage that a bad day got at: engine, file store and a platform behind a fake transport.
find_package(GTest REQUIRED)
include(GoogleTest)

add_executable(credit_sick_storage_test
    ${CMAKE_CURRENT_LIST_DIR}/file_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sick_device.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sick_session_damage_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sick_session_place_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sick_session_rollback_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../unit/engine_platform.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../unit/engine_world.cpp)
target_link_libraries(credit_sick_storage_test PRIVATE
    credit_core_engine credit_platform_file credit_platform_memory credit_platform_posix credit_build_flags
    GTest::gtest GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_sick_storage_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)

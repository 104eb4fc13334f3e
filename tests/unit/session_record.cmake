# Tests of the stored record's codec and of the journal.
find_package(GTest REQUIRED)
include(GoogleTest)

add_executable(credit_record_test
    ${CMAKE_CURRENT_LIST_DIR}/allocation_counter.cpp
    ${CMAKE_CURRENT_LIST_DIR}/journal_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/record_damage_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/record_samples.cpp
    ${CMAKE_CURRENT_LIST_DIR}/record_test.cpp)
target_link_libraries(credit_record_test
    PRIVATE credit_core_base credit_core_session credit_build_flags GTest::gtest_main)
gtest_discover_tests(credit_record_test)

# Tests of the session's machine: the rules of PROTOCOL as far as the machine has a part in them.
find_package(GTest REQUIRED)
include(GoogleTest)

add_executable(credit_machine_test
    ${CMAKE_CURRENT_LIST_DIR}/lifetime_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_call_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_clock_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_corner_store_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_corner_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_end_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_heal_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_lock_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_refresh_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_settle_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_soak_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_states_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_storage_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_verdict_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_world_disk.cpp
    ${CMAKE_CURRENT_LIST_DIR}/machine_world_server.cpp
    ${CMAKE_CURRENT_LIST_DIR}/transaction_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/unstored_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/waiters_test.cpp)
target_link_libraries(credit_machine_test
    PRIVATE credit_core_session credit_core_base credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_machine_test PROPERTIES TIMEOUT 120)

# docs/states.md against what the machine does.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME states.page
    COMMAND "${Python3_EXECUTABLE}" "${CreditSDK_SOURCE_DIR}/scripts/states" --program $<TARGET_FILE:credit_machine_test>)
set_tests_properties(states.page PROPERTIES TIMEOUT 120)

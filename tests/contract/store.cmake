# The contract of stores, clocks, keys, secret memory and the poller, over every adapter that has no foreign service, and
# over the fakes of other tests.
find_package(GTest REQUIRED)
include(GoogleTest)

credit_apart(${CMAKE_CURRENT_LIST_DIR}/allocation_counter.cpp)
add_executable(credit_store_contract_test
    ${CMAKE_CURRENT_LIST_DIR}/allocation_counter.cpp
    ${CMAKE_CURRENT_LIST_DIR}/clock_contract_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/failing_sync.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_damage_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_files_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_identity_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_process_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_space_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_store_sync_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/file_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/key_contract_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/key_kinds.cpp
    ${CMAKE_CURRENT_LIST_DIR}/memory_disk_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/posix_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/sealing_key_contract_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_contract_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_kinds.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_slots_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/store_world.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../unit/engine_platform.cpp
    ${CMAKE_CURRENT_LIST_DIR}/../unit/engine_world.cpp)
target_link_libraries(credit_store_contract_test PRIVATE
    credit_capi credit_core_engine credit_core_base credit_platform_curl credit_platform_file credit_platform_memory
    credit_platform_posix credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_store_contract_test PROPERTIES TIMEOUT 120)

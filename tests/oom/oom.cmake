# What happens when memory runs out. Sanitizers own malloc themselves, so these programs are built without one.
if(NOT CREDIT_SANITIZE)
    add_executable(credit_oom_test
        ${CMAKE_CURRENT_LIST_DIR}/memory_gate.cpp
        ${CMAKE_CURRENT_LIST_DIR}/reply_memory_test.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/file_world.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/store_world.cpp
        ${CMAKE_SOURCE_DIR}/tests/unit/engine_platform.cpp
        ${CMAKE_SOURCE_DIR}/tests/unit/engine_world.cpp)
    target_link_libraries(credit_oom_test PRIVATE
        credit_core_engine credit_platform_file credit_platform_memory credit_platform_posix credit_build_flags
        GTest::gtest GTest::gtest_main Threads::Threads)
    gtest_discover_tests(credit_oom_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300)
endif()

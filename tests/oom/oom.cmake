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

    # The C API of the library as it is shipped, allocation by allocation.
    add_executable(credit_oom_sweep_test
        ${CMAKE_CURRENT_LIST_DIR}/memory_gate.cpp
        ${CMAKE_CURRENT_LIST_DIR}/platform.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scenarios_session.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scenarios_store.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scenarios_token.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene_calls.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sweep.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sweep_test.cpp)
    add_executable(credit_oom_cold_test
        ${CMAKE_CURRENT_LIST_DIR}/cold_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/memory_gate.cpp
        ${CMAKE_CURRENT_LIST_DIR}/platform.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scenarios_session.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scenarios_store.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene_calls.cpp)
    target_include_directories(credit_oom_cold_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(credit_oom_cold_test PRIVATE
        CreditSDK::credit credit_build_flags GTest::gtest GTest::gtest_main Threads::Threads)
    gtest_discover_tests(credit_oom_cold_test DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 600 LABELS oom)
    # Over libcurl and TLS; for soaks, so ctest does not know it.
    find_package(OpenSSL REQUIRED)
    add_executable(credit_oom_network_test
        ${CMAKE_CURRENT_LIST_DIR}/memory_gate.cpp
        ${CMAKE_CURRENT_LIST_DIR}/network_test.cpp
        ${CMAKE_CURRENT_LIST_DIR}/platform.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene.cpp
        ${CMAKE_CURRENT_LIST_DIR}/scene_calls.cpp
        ${CMAKE_CURRENT_LIST_DIR}/sweep.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_certificates.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_channel.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_server.cpp)
    target_include_directories(credit_oom_network_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(credit_oom_network_test PRIVATE
        CreditSDK::credit credit_build_flags OpenSSL::SSL GTest::gtest Threads::Threads)
    target_include_directories(credit_oom_sweep_test PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(credit_oom_sweep_test PRIVATE
        CreditSDK::credit credit_build_flags GTest::gtest GTest::gtest_main Threads::Threads)
    gtest_discover_tests(credit_oom_sweep_test DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 900 LABELS oom)
    set_target_properties(credit_oom_sweep_test credit_oom_cold_test credit_oom_network_test PROPERTIES UNITY_BUILD OFF)
endif()

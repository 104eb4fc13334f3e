# Where secrets lie, and where they must not: dumps, freed memory, logs, files.
find_package(GTest REQUIRED)
include(GoogleTest)

add_executable(credit_secrets_spill_test
    ${CMAKE_CURRENT_LIST_DIR}/mappings.cpp
    ${CMAKE_CURRENT_LIST_DIR}/spill_test.cpp)
target_link_libraries(credit_secrets_spill_test PRIVATE
    credit_core_base credit_platform_posix credit_build_flags GTest::gtest_main Threads::Threads)
gtest_discover_tests(credit_secrets_spill_test PROPERTIES LABELS secrets)

# The app owns malloc, as sanitizers do, and its memory is told apart by library, so the library is a shared one.
if(NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE AND BUILD_SHARED_LIBS)
    add_executable(credit_secrets_lock_test ${CMAKE_CURRENT_LIST_DIR}/lock_test.cpp)
    target_link_libraries(credit_secrets_lock_test PRIVATE
        CreditSDK::credit credit_build_flags GTest::gtest_main Threads::Threads)
    gtest_discover_tests(credit_secrets_lock_test PROPERTIES LABELS secrets TIMEOUT 60)

    find_package(OpenSSL REQUIRED)
    add_executable(credit_secrets_app
        ${CMAKE_CURRENT_LIST_DIR}/app.cpp
        ${CMAKE_CURRENT_LIST_DIR}/heap.cpp
        ${CMAKE_CURRENT_LIST_DIR}/needles.cpp
        ${CMAKE_CURRENT_LIST_DIR}/wiping_allocators.cpp)
    target_include_directories(credit_secrets_app PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(credit_secrets_app PRIVATE CreditSDK::credit credit_build_flags Threads::Threads)
    target_link_options(credit_secrets_app PRIVATE LINKER:-z,now)
    set_target_properties(credit_secrets_app PROPERTIES UNITY_BUILD OFF)

    add_library(credit_secrets_support STATIC
        ${CMAKE_CURRENT_LIST_DIR}/canaries.cpp
        ${CMAKE_CURRENT_LIST_DIR}/dump.cpp
        ${CMAKE_CURRENT_LIST_DIR}/findings.cpp
        ${CMAKE_CURRENT_LIST_DIR}/mappings.cpp
        ${CMAKE_CURRENT_LIST_DIR}/needles.cpp
        ${CMAKE_CURRENT_LIST_DIR}/owners.cpp
        ${CMAKE_CURRENT_LIST_DIR}/watched.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_certificates.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_channel.cpp
        ${CMAKE_SOURCE_DIR}/tests/contract/transport_server.cpp)
    target_include_directories(credit_secrets_support PUBLIC ${CMAKE_SOURCE_DIR})
    # Of the core the test itself only has the derivation of keys, to know them before the app does.
    target_link_libraries(credit_secrets_support PUBLIC
        credit_core_platform_api credit_build_flags OpenSSL::SSL Threads::Threads)
    target_compile_definitions(credit_secrets_support PRIVATE
        CREDIT_SECRETS_APP="$<TARGET_FILE:credit_secrets_app>")
    add_dependencies(credit_secrets_support credit_secrets_app)

    add_executable(credit_secrets_dump_test ${CMAKE_CURRENT_LIST_DIR}/dump_test.cpp)
    target_link_libraries(credit_secrets_dump_test PRIVATE credit_secrets_support GTest::gtest_main)
    gtest_discover_tests(credit_secrets_dump_test PROPERTIES LABELS secrets TIMEOUT 60)

    add_executable(credit_secrets_own_transport_test
        ${CMAKE_CURRENT_LIST_DIR}/heap.cpp
        ${CMAKE_CURRENT_LIST_DIR}/own_transport_test.cpp)
    target_link_libraries(credit_secrets_own_transport_test PRIVATE
        credit_secrets_support CreditSDK::credit GTest::gtest_main)
    gtest_discover_tests(credit_secrets_own_transport_test PROPERTIES LABELS secrets TIMEOUT 60)
endif()

find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME secrets.search_finds COMMAND "${CMAKE_CURRENT_LIST_DIR}/search" --prove)
set_tests_properties(secrets.search_finds PROPERTIES TIMEOUT 60 LABELS secrets)
if(TARGET credit-cli AND TARGET credit-sandbox AND TARGET credit-partner-backend
   AND NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    add_test(NAME secrets.everything_written
        COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/everything_written.py"
                --bin "$<TARGET_FILE_DIR:credit-cli>")
    set_tests_properties(secrets.everything_written PROPERTIES TIMEOUT 120 LABELS secrets)
endif()

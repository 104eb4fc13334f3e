# The border itself: the header under every compiler, the list of exported functions against header
# and library, a C program that uses the library, and the sample program as a user meets it.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(CREDIT_ABI_HEADER "${CreditSDK_SOURCE_DIR}/capi/include/credit/credit.h")
set(CREDIT_ABI_EXPORTS "${CreditSDK_SOURCE_DIR}/capi/exports.txt")

add_test(NAME abi.header
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/check_header.py"
            --include "${CreditSDK_SOURCE_DIR}/capi/include" --canary "${CMAKE_CURRENT_LIST_DIR}/canary.c")
add_test(NAME abi.exports_selftest
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/check_exports.py" --selftest)

find_program(CREDIT_CLANG clang-19)
if(CREDIT_CLANG)
    add_test(NAME abi.layout COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/check_layout.py")
endif()
add_library(credit_abi_layout OBJECT "${CMAKE_CURRENT_LIST_DIR}/layout.c")
target_include_directories(credit_abi_layout PRIVATE "${CreditSDK_SOURCE_DIR}/capi/include")
target_link_libraries(credit_abi_layout PRIVATE credit_build_flags)
set_target_properties(credit_abi_layout PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF UNITY_BUILD OFF)

set(CREDIT_ABI_LIBRARY)
get_target_property(CREDIT_ABI_LIBRARY_TYPE CreditSDK::credit TYPE)
if(CREDIT_ABI_LIBRARY_TYPE STREQUAL "SHARED_LIBRARY")
    set(CREDIT_ABI_LIBRARY --library $<TARGET_FILE:CreditSDK::credit>)
endif()
add_test(NAME abi.exports
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/check_exports.py"
            --header "${CREDIT_ABI_HEADER}" --exports "${CREDIT_ABI_EXPORTS}" ${CREDIT_ABI_LIBRARY})

add_executable(credit_abi_canary "${CMAKE_CURRENT_LIST_DIR}/canary.c")
target_link_libraries(credit_abi_canary PRIVATE CreditSDK::credit credit_build_flags)
set_target_properties(credit_abi_canary PROPERTIES C_STANDARD 11 C_EXTENSIONS OFF)
if(CREDIT_SANITIZE)
    # The sanitizers' runtime for C++ has to come with the program, the library brings none.
    set_target_properties(credit_abi_canary PROPERTIES LINKER_LANGUAGE CXX)
endif()
add_test(NAME abi.canary COMMAND credit_abi_canary)

# Yesterday's program: its own header, today's library. It never sees capi/include.
if(CREDIT_ABI_LIBRARY_TYPE STREQUAL "SHARED_LIBRARY")
    set(CREDIT_OLD_CLIENT "${CMAKE_CURRENT_LIST_DIR}/old_client")
    add_executable(credit_old_client "${CREDIT_OLD_CLIENT}/client.c" "${CREDIT_OLD_CLIENT}/world.c")
    add_dependencies(credit_old_client credit)
    target_include_directories(credit_old_client PRIVATE "${CREDIT_OLD_CLIENT}/include")
    target_compile_definitions(credit_old_client PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_libraries(credit_old_client PRIVATE "$<TARGET_FILE:credit>" credit_build_flags Threads::Threads)
    set_target_properties(credit_old_client PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF UNITY_BUILD OFF)
    if(CREDIT_SANITIZE)
        set_target_properties(credit_old_client PROPERTIES LINKER_LANGUAGE CXX)
    endif()
    add_test(NAME abi.old_client COMMAND credit_old_client)
    set_tests_properties(abi.old_client PROPERTIES TIMEOUT 60)
endif()

if(TARGET credit-cli)
    set(CREDIT_CLI_TEST
        "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/cli_test.py" --cli $<TARGET_FILE:credit-cli>
        --quick-start $<TARGET_FILE:credit-quick-start>
        --sources "${CreditSDK_SOURCE_DIR}/samples/cli")
    foreach(part Usage Configuration Secrets Session Run Checkout Sources)
        string(TOLOWER ${part} name)
        add_test(NAME abi.cli_${name} COMMAND ${CREDIT_CLI_TEST} ${part})
        set_tests_properties(abi.cli_${name} PROPERTIES TIMEOUT 60)
    endforeach()
endif()

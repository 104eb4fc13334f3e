# What the guide says and a program can be asked about.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME guide.tables COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/scripts/check_error_guide.py" --prove)
set_tests_properties(guide.tables PROPERTIES TIMEOUT 60)
if(TARGET credit-cli AND NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    add_executable(credit-guide-moving ${CMAKE_CURRENT_LIST_DIR}/moving.c)
    target_compile_definitions(credit-guide-moving PRIVATE _POSIX_C_SOURCE=200809L)
    target_include_directories(credit-guide-moving PRIVATE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(credit-guide-moving PRIVATE CreditSDK::credit credit_build_flags Threads::Threads)
    set_target_properties(credit-guide-moving PROPERTIES UNITY_BUILD OFF)
    add_test(NAME guide.moving
        COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/run" --bin "$<TARGET_FILE_DIR:credit-cli>"
                --moving "$<TARGET_FILE:credit-guide-moving>")
    set_tests_properties(guide.moving PROPERTIES TIMEOUT 60 LABELS e2e)
endif()

# scripts/check, the table it goes by, scripts/states and the presets for mobile systems. Nothing is compiled.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
if(NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    foreach(part check table presets states)
        add_test(NAME check.${part} COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/${part}_test.py")
        set_tests_properties(check.${part} PROPERTIES TIMEOUT 120)
    endforeach()
endif()

# scripts/demo as a test: green as it is, and red where a premise is broken.
if(TARGET credit-cli AND TARGET credit-sandbox AND TARGET credit-partner-backend)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    set(CREDIT_DEMO_TEST
        "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/demo_test.py"
        --root "${CreditSDK_SOURCE_DIR}" --bin "$<TARGET_FILE_DIR:credit-cli>")
    if(CREDIT_SANITIZE)
        # libfaketime and a sanitizer both want to be the first library of a process. And the SDK's threads live until
        # the process ends, where what libc and OpenSSL keep for a thread looks lost; `run` checks that no object of
        # the library is left.
        add_test(NAME demo.green COMMAND ${CREDIT_DEMO_TEST} --without wrong_clock Green)
        set_tests_properties(demo.green PROPERTIES TIMEOUT 240 LABELS e2e
            ENVIRONMENT "ASAN_OPTIONS=detect_leaks=0")
    else()
        add_test(NAME demo.green COMMAND ${CREDIT_DEMO_TEST} Green)
        add_test(NAME demo.sabotage COMMAND ${CREDIT_DEMO_TEST} Sabotage)
        set_tests_properties(demo.green demo.sabotage PROPERTIES TIMEOUT 400 LABELS e2e)
    endif()
endif()

# The Secret Service's sealing key against a real gnome-keyring and a mock service, each test on a private bus with a private
# home folder: nobody's own keyring is ever touched.
if(TARGET credit_platform_secret_service)
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    add_executable(credit_keyring_probe "${CMAKE_CURRENT_LIST_DIR}/probe.cpp")
    target_link_libraries(credit_keyring_probe PRIVATE
        credit_platform_secret_service credit_platform_posix credit_core_base credit_build_flags)
    # Plays a system without libsecret.
    add_library(credit_no_libsecret MODULE "${CMAKE_CURRENT_LIST_DIR}/no_libsecret.c")
    target_link_libraries(credit_no_libsecret PRIVATE ${CMAKE_DL_LIBS})

    find_package(GTest REQUIRED)
    set(CREDIT_CONTRACT "${CMAKE_CURRENT_LIST_DIR}/../contract")
    add_executable(credit_keyring_contract_test
        "${CMAKE_CURRENT_LIST_DIR}/keyring_kinds.cpp" "${CREDIT_CONTRACT}/key_contract_test.cpp"
        "${CREDIT_CONTRACT}/file_world.cpp" "${CREDIT_CONTRACT}/store_world.cpp")
    target_link_libraries(credit_keyring_contract_test PRIVATE
        credit_platform_secret_service credit_platform_file credit_platform_memory credit_platform_posix
        credit_core_base credit_build_flags GTest::gtest_main Threads::Threads)
    add_test(NAME secret_service.contract
        COMMAND "${Python3_EXECUTABLE}" -B "${CMAKE_CURRENT_LIST_DIR}/desktop.py"
                $<TARGET_FILE:credit_keyring_contract_test>)
    set_tests_properties(secret_service.contract PROPERTIES TIMEOUT 120)

    set(CREDIT_SECRET_SERVICE_TEST
        "${Python3_EXECUTABLE}" -B "${CMAKE_CURRENT_LIST_DIR}/secret_service_test.py"
        --probe $<TARGET_FILE:credit_keyring_probe> --no-libsecret $<TARGET_FILE:credit_no_libsecret>)
    set(CREDIT_SECRET_SERVICE_PARTS Keyring Locked Absent Timeouts Mock Creation)
    if(TARGET credit-cli)
        list(APPEND CREDIT_SECRET_SERVICE_TEST --cli $<TARGET_FILE:credit-cli>)
        list(APPEND CREDIT_SECRET_SERVICE_PARTS Cli)
    endif()
    get_target_property(CREDIT_LIBRARY_TYPE CreditSDK::credit TYPE)
    if(CREDIT_LIBRARY_TYPE STREQUAL "SHARED_LIBRARY")
        list(APPEND CREDIT_SECRET_SERVICE_TEST --library $<TARGET_FILE:CreditSDK::credit>)
        list(APPEND CREDIT_SECRET_SERVICE_PARTS Library)
    endif()
    foreach(part ${CREDIT_SECRET_SERVICE_PARTS})
        string(TOLOWER ${part} name)
        add_test(NAME secret_service.${name} COMMAND ${CREDIT_SECRET_SERVICE_TEST} ${part})
        set_tests_properties(secret_service.${name} PROPERTIES TIMEOUT 120)
    endforeach()
endif()

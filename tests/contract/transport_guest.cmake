# The contract of transports for those that are written in another language and come through the C API: a library that takes
# libcredit's place in the guest's process (transport_guest.h).
if(TARGET credit_transport_contract_suite AND NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    find_package(CURL 7.87 REQUIRED)
    find_package(simdjson REQUIRED)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(CREDIT_GUEST_SODIUM REQUIRED IMPORTED_TARGET libsodium)

    # All of libcredit, and the suite.
    get_target_property(credit_parts credit SOURCES)
    add_library(credit_transport_contract_guest SHARED
        ${credit_parts}
        $<TARGET_OBJECTS:credit_transport_contract_suite>
        ${CMAKE_CURRENT_LIST_DIR}/transport_guest.cpp
        ${CMAKE_CURRENT_LIST_DIR}/transport_guest_again.cpp
        ${CMAKE_CURRENT_LIST_DIR}/transport_guest_subject.cpp)
    target_link_libraries(credit_transport_contract_guest PRIVATE
        credit_build_flags PkgConfig::CREDIT_GUEST_SODIUM CURL::libcurl simdjson::simdjson OpenSSL::SSL GTest::gtest
        Threads::Threads ${CMAKE_DL_LIBS})
    target_include_directories(credit_transport_contract_guest PRIVATE
        "${CreditSDK_SOURCE_DIR}" "${CreditSDK_SOURCE_DIR}/capi/include")
    set(CREDIT_GUEST_LIBRARY_DIR "${CMAKE_BINARY_DIR}/lib/transport_contract")
    get_target_property(credit_version credit VERSION)
    get_target_property(credit_soversion credit SOVERSION)
    set_target_properties(credit_transport_contract_guest PROPERTIES
        OUTPUT_NAME credit VERSION ${credit_version} SOVERSION ${credit_soversion}
        LIBRARY_OUTPUT_DIRECTORY "${CREDIT_GUEST_LIBRARY_DIR}")

    # It exports what libcredit exports, by the same version, and the entry.
    set(guest_exports "${CreditSDK_SOURCE_DIR}/capi/exports.txt")
    set(guest_map "${CMAKE_CURRENT_BINARY_DIR}/transport_guest.map")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${guest_exports}")
    file(STRINGS "${guest_exports}" guest_names REGEX "^[a-z]")
    list(APPEND guest_names credit_transport_contract_run)
    list(JOIN guest_names ";\n        " guest_names)
    file(CONFIGURE OUTPUT "${guest_map}" @ONLY
         CONTENT "CREDIT_@CreditSDK_VERSION_MAJOR@ {\n    global:\n        @guest_names@;\n    local:\n        *;\n};\n")
    set_property(TARGET credit_transport_contract_guest APPEND PROPERTY LINK_DEPENDS "${guest_map}")
    target_link_options(credit_transport_contract_guest PRIVATE
        "LINKER:--version-script=${guest_map}" LINKER:-z,relro,-z,now LINKER:-z,nodelete LINKER:--no-undefined)

    # Whether the suite can be trusted: libcurl as a guest keeps it, and a wrong exception is found out.
    add_executable(credit_transport_guest_curl ${CMAKE_CURRENT_LIST_DIR}/transport_guest_curl.cpp)
    target_include_directories(credit_transport_guest_curl PRIVATE "${CreditSDK_SOURCE_DIR}/capi/include")
    target_link_libraries(credit_transport_guest_curl PRIVATE
        credit_build_flags credit_transport_contract_guest credit_platform_curl credit_platform_memory credit_platform_posix
        credit_core_http credit_core_base Threads::Threads)
    add_test(NAME transport_guest_curl COMMAND credit_transport_guest_curl)
    add_test(NAME transport_guest_curl_wrong COMMAND credit_transport_guest_curl wrong)
    set_tests_properties(transport_guest_curl transport_guest_curl_wrong PROPERTIES TIMEOUT 120)
    set_tests_properties(transport_guest_curl_wrong PROPERTIES
        PASS_REGULAR_EXPRESSION "WRONGLY EXCEPTED path_is_sent_as_given")
endif()

# The contract every transport keeps, run for libcurl against a server inside the test.
find_package(GTest REQUIRED)
find_package(OpenSSL REQUIRED)

# Compiled once; the suite for transports of other languages (transport_guest.cmake) is made of it, too.
add_library(credit_transport_contract_suite OBJECT
    "${CMAKE_CURRENT_LIST_DIR}/transport_certificates.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_channel.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_delivery.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_limits.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_loop.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_messages.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_refusals.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_contract_tls.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_server.cpp")
target_link_libraries(credit_transport_contract_suite PUBLIC
    credit_build_flags credit_core_http credit_core_base OpenSSL::SSL GTest::gtest Threads::Threads)

# Has private names that others use for locals.
credit_apart("${CMAKE_CURRENT_LIST_DIR}/transport_failing_memory.cpp")
add_executable(credit_transport_contract_test
    "${CMAKE_CURRENT_LIST_DIR}/transport_failing_memory.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_slow_resolver.cpp"
    "${CMAKE_CURRENT_LIST_DIR}/transport_test.cpp")
target_link_libraries(credit_transport_contract_test PRIVATE
    credit_transport_contract_suite credit_build_flags credit_platform_curl credit_core_base
    OpenSSL::SSL GTest::gtest GTest::gtest_main Threads::Threads ${CMAKE_DL_LIBS})
include(GoogleTest)
gtest_discover_tests(credit_transport_contract_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)

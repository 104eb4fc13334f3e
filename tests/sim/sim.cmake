# The deterministic simulator: production engine and machine over simulated ports.
find_package(GTest REQUIRED)
include(GoogleTest)

set(CREDIT_SIM_SOURCES
    app.cpp bodies.cpp calm.cpp checks.cpp checks_app.cpp checks_wire.cpp commands.cpp days.cpp disk.cpp faults.cpp
    grid.cpp ledger.cpp mutants.cpp mutants_run.cpp options.cpp plan.cpp ports.cpp process.cpp report.cpp runner.cpp server.cpp
    shrink.cpp store.cpp transport.cpp workers.cpp world.cpp)
list(TRANSFORM CREDIT_SIM_SOURCES PREPEND ${CMAKE_CURRENT_LIST_DIR}/)

credit_apart(
    ${CMAKE_CURRENT_LIST_DIR}/checks_wire.cpp ${CMAKE_CURRENT_LIST_DIR}/days.cpp ${CMAKE_CURRENT_LIST_DIR}/faults.cpp
    ${CreditSDK_SOURCE_DIR}/core/http/pins.cpp ${CreditSDK_SOURCE_DIR}/core/http/redact.cpp)
add_executable(credit-sim ${CREDIT_SIM_SOURCES} ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_compile_options(credit-sim PRIVATE $<$<CONFIG:Release>:-O2>)
target_link_libraries(credit-sim PRIVATE credit_core_engine credit_build_flags Threads::Threads)

# The same with seeded mistakes in it, switched on by name: never part of the library. All core sources are built again.
file(GLOB CREDIT_SIM_CORE CONFIGURE_DEPENDS
    ${CreditSDK_SOURCE_DIR}/core/base/*.cpp ${CreditSDK_SOURCE_DIR}/core/http/*.cpp
    ${CreditSDK_SOURCE_DIR}/core/platform_api/*.cpp ${CreditSDK_SOURCE_DIR}/core/session/*.cpp
    ${CreditSDK_SOURCE_DIR}/core/engine/*.cpp)
find_package(simdjson REQUIRED)
add_library(credit_sim_mutable OBJECT ${CREDIT_SIM_SOURCES} ${CREDIT_SIM_CORE})
target_compile_definitions(credit_sim_mutable PUBLIC CREDIT_MUTANTS)
target_compile_options(credit_sim_mutable PRIVATE $<$<CONFIG:Release>:-O2>)
target_include_directories(credit_sim_mutable PUBLIC ${CreditSDK_SOURCE_DIR})
target_link_libraries(credit_sim_mutable PUBLIC
    credit_build_flags simdjson::simdjson PkgConfig::SODIUM Threads::Threads)

add_executable(credit-sim-mutants ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(credit-sim-mutants PRIVATE credit_sim_mutable)

add_executable(credit_sim_test ${CMAKE_CURRENT_LIST_DIR}/sim_test.cpp)
target_link_libraries(credit_sim_test PRIVATE credit_sim_mutable GTest::gtest GTest::gtest_main)
gtest_discover_tests(credit_sim_test TEST_PREFIX sim. DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 300 LABELS sim)

add_test(NAME sim.schedules COMMAND credit-sim --schedules 5000 --jobs 2)
add_test(NAME sim.seeds COMMAND credit-sim --seeds ${CMAKE_CURRENT_LIST_DIR}/seeds.txt)
set_tests_properties(sim.schedules sim.seeds PROPERTIES TIMEOUT 300 LABELS sim)

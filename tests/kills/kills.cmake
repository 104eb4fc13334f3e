# Real processes, real files, real TLS: the sample is killed and starved at every storage call.
# credit_e2e_support comes from tests/e2e/sandbox.cmake.
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)

set(CREDIT_KILLS_DIR "${CMAKE_CURRENT_LIST_DIR}")
add_executable(credit_kills_test "${CREDIT_KILLS_DIR}/kills_test.cpp"
    "${CREDIT_KILLS_DIR}/case.cpp" "${CREDIT_KILLS_DIR}/power_cut.cpp")
target_include_directories(credit_kills_test PRIVATE "${CreditSDK_SOURCE_DIR}")
target_link_libraries(credit_kills_test PRIVATE
    credit_build_flags credit_e2e_support GTest::gtest GTest::gtest_main)
gtest_discover_tests(credit_kills_test TEST_PREFIX "kills." DISCOVERY_TIMEOUT 60 PROPERTIES LABELS kills)

# Sanitized or instrumented, a run takes too long for thousands of them, and a killed one leaves no profile: the gates
# are for the release build.
if(NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    credit_apart("${CREDIT_KILLS_DIR}/shim/calls_names.cpp")
    add_library(credit_kill_shim MODULE
        "${CREDIT_KILLS_DIR}/shim/calls_data.cpp" "${CREDIT_KILLS_DIR}/shim/calls_names.cpp"
        "${CREDIT_KILLS_DIR}/shim/calls_open.cpp" "${CREDIT_KILLS_DIR}/shim/device_clock.cpp"
        "${CREDIT_KILLS_DIR}/shim/gate.cpp" "${CREDIT_KILLS_DIR}/shim/handles.cpp"
        "${CREDIT_KILLS_DIR}/shim/journal.cpp" "${CREDIT_KILLS_DIR}/shim/plan.cpp")
    target_include_directories(credit_kill_shim PRIVATE "${CreditSDK_SOURCE_DIR}")
    target_link_libraries(credit_kill_shim PRIVATE credit_build_flags)
    # The fortified declarations of open and read are inline functions: they cannot be replaced.
    target_compile_options(credit_kill_shim PRIVATE -U_FORTIFY_SOURCE)

    add_executable(credit-kills
        "${CREDIT_KILLS_DIR}/case.cpp" "${CREDIT_KILLS_DIR}/device.cpp"
        "${CREDIT_KILLS_DIR}/enumerate.cpp" "${CREDIT_KILLS_DIR}/evidence.cpp"
        "${CREDIT_KILLS_DIR}/faults.cpp" "${CREDIT_KILLS_DIR}/main.cpp"
        "${CREDIT_KILLS_DIR}/power_cut.cpp" "${CREDIT_KILLS_DIR}/runner.cpp"
        "${CREDIT_KILLS_DIR}/tally.cpp" "${CREDIT_KILLS_DIR}/../e2e/cli_world.cpp")
    target_include_directories(credit-kills PRIVATE "${CreditSDK_SOURCE_DIR}")
    target_compile_definitions(credit-kills PRIVATE
        CREDIT_CLI_PROGRAM="$<TARGET_FILE:credit-cli>"
        CREDIT_PARTNER_PROGRAM="$<TARGET_FILE:credit-partner-backend>"
        CREDIT_KILL_SHIM="$<TARGET_FILE:credit_kill_shim>")
    target_link_libraries(credit-kills PRIVATE
        credit_build_flags credit_e2e_support nlohmann_json::nlohmann_json CLI11::CLI11 GTest::gtest)
    add_dependencies(credit-kills credit-cli credit-partner-backend credit-sandbox credit_kill_shim)

    # The two gates of scripts/test. Both use every core.
    add_test(NAME kills.refresh_path COMMAND credit-kills --systematic --models idempotent)
    add_test(NAME kills.random COMMAND credit-kills --random 100 --models all --seed 1)
    set_tests_properties(kills.refresh_path kills.random PROPERTIES
        LABELS kills TIMEOUT 600 PROCESSORS 2)

    # The gate has to go red for stores and platforms that are broken on purpose, and in the way they
    # are broken: the expression is what the last line must say, whatever the exit code.
    function(credit_kills_must_notice name expression)
        add_test(NAME kills.notices_${name} COMMAND credit-kills --jobs 2 ${ARGN})
        set_tests_properties(kills.notices_${name} PROPERTIES
            LABELS kills TIMEOUT 120 PASS_REGULAR_EXPRESSION "${expression}")
    endfunction()
    credit_kills_must_notice(a_sync_that_does_nothing "kills=[0-9]+ lost=[1-9]"
        --breakage no-sync --systematic --only token/replay/power-cut.5)
    credit_kills_must_notice(a_folder_never_synced "kills=[0-9]+ lost=[1-9]"
        --breakage no-folder-sync --case start/replay/power-cut.0.0)
    credit_kills_must_notice(a_single_slot "kills=[0-9]+ lost=[1-9][0-9]* corrupt=[1-9]"
        --breakage one-slot --systematic --only token/replay/torn)
    credit_kills_must_notice(a_rename_that_does_nothing "kills=[0-9]+ lost=[1-9]"
        --breakage no-rename --case start/replay/none.0.0)
    credit_kills_must_notice(a_platform_that_does_not_replay "kills=[0-9]+ lost=[1-9][0-9]* corrupt=0 reuse=[1-9]"
        --breakage forgetful-platform --systematic --only token/replay/kill-after.7)
    # And the same without anything broken is green.
    add_test(NAME kills.green_without_breakage COMMAND credit-kills --jobs 2 --systematic --only token/replay/torn)
    set_tests_properties(kills.green_without_breakage PROPERTIES LABELS kills TIMEOUT 120)
endif()

# The fuzz targets, all of them listed in targets.txt. Every build replays corpora and past crashers; a build with
# CREDIT_FUZZ=ON (clang, CREDIT_SANITIZE=fuzzer-no-link,address,undefined; tests/fuzz/run makes it) has libFuzzer's programs.
option(CREDIT_FUZZ "Build the fuzz targets with libFuzzer instead of replaying their corpora" OFF)
set(fuzz_folder "${CMAKE_CURRENT_LIST_DIR}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${fuzz_folder}/targets.txt")
find_package(nlohmann_json REQUIRED)
find_package(CURL 7.87 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CREDIT_SODIUM REQUIRED IMPORTED_TARGET libsodium)

# What targets share, and the core under test: compiled once.
credit_apart(${fuzz_folder}/support/capi_ports.cpp)
add_library(credit_fuzz_support STATIC
    ${fuzz_folder}/support/capi_model.cpp
    ${fuzz_folder}/support/capi_platform.cpp
    ${fuzz_folder}/support/capi_ports.cpp
    ${fuzz_folder}/support/deterministic_random.cpp
    ${fuzz_folder}/support/json_oracle.cpp
    ${fuzz_folder}/support/loopback_server.cpp
    ${fuzz_folder}/support/pumped_engine.cpp
    ${fuzz_folder}/support/registry.cpp
    ${fuzz_folder}/support/scratch_folder.cpp
    ${fuzz_folder}/support/sealed_samples.cpp
    ${fuzz_folder}/support/secrets.cpp
    ${fuzz_folder}/../unit/record_samples.cpp
    # What the partner backend believes of strangers; it needs nothing else of the samples.
    ${CreditSDK_SOURCE_DIR}/samples/partner_backend/json_text.cpp
    ${CreditSDK_SOURCE_DIR}/samples/partner_backend/webhook_event.cpp
    ${CreditSDK_SOURCE_DIR}/samples/partner_backend/webhook_signature.cpp
    ${CreditSDK_SOURCE_DIR}/samples/server_kit/ids.cpp
    ${CreditSDK_SOURCE_DIR}/samples/server_kit/iso_time.cpp)
target_include_directories(credit_fuzz_support PUBLIC "${CreditSDK_SOURCE_DIR}/samples")
target_link_libraries(credit_fuzz_support PUBLIC
    credit_capi credit_core_checkout credit_core_engine credit_core_platform_api credit_core_session credit_core_http credit_core_base
    credit_platform_curl credit_platform_file credit_platform_memory credit_platform_posix
    credit_build_flags nlohmann_json::nlohmann_json OpenSSL::Crypto CURL::libcurl PkgConfig::CREDIT_SODIUM Threads::Threads)
# The engine of the process is one that the target turns by hand: no thread, so that an input always does the same.
target_link_options(credit_fuzz_support PUBLIC "LINKER:--wrap=_ZN6credit6Engine6sharedEv")

if(CREDIT_FUZZ)
    add_library(credit_fuzz_entry OBJECT ${fuzz_folder}/support/libfuzzer_entry.cpp)
    target_link_libraries(credit_fuzz_entry PRIVATE credit_fuzz_support)
endif()
function(credit_fuzz_program program name)
    add_executable(${program} ${fuzz_folder}/targets/${name}.cpp $<TARGET_OBJECTS:credit_fuzz_entry>)
    target_link_libraries(${program} PRIVATE credit_fuzz_support)
    target_link_options(${program} PRIVATE -fsanitize=fuzzer)
endfunction()

set(fuzz_names "")
file(STRINGS "${fuzz_folder}/targets.txt" fuzz_lines REGEX "^[a-z]")
foreach(line IN LISTS fuzz_lines)
    string(REGEX REPLACE "[ ]+" ";" fields "${line}")
    list(GET fields 0 name)
    list(GET fields 3 planted)
    list(APPEND fuzz_names ${name})
    if(CREDIT_FUZZ)
        credit_fuzz_program(credit_fuzz_${name} ${name})
        list(APPEND fuzz_programs credit_fuzz_${name})
        if(planted STREQUAL "yes")
            # A defect on purpose: proves that this set-up finds what it should.
            credit_fuzz_program(credit_fuzz_${name}_planted ${name})
            target_compile_definitions(credit_fuzz_${name}_planted PRIVATE CREDIT_FUZZ_PLANTED)
            list(APPEND fuzz_programs credit_fuzz_${name}_planted)
            add_test(NAME fuzz.${name}.planted
                     COMMAND python3 "${fuzz_folder}/run" --planted ${name} --build-dir "${CMAKE_BINARY_DIR}" --no-build)
            set_tests_properties(fuzz.${name}.planted PROPERTIES TIMEOUT 60)
        endif()
    endif()
endforeach()
if(CREDIT_FUZZ)
    add_custom_target(credit_fuzz_programs DEPENDS ${fuzz_programs})
endif()

set(fuzz_sources "${fuzz_names}")
list(TRANSFORM fuzz_sources PREPEND "${fuzz_folder}/targets/")
list(TRANSFORM fuzz_sources APPEND ".cpp")
add_executable(credit_fuzz_replay ${fuzz_folder}/support/replay_main.cpp ${fuzz_sources})
# Targets are programs of their own elsewhere, and name things as they like.
set_target_properties(credit_fuzz_replay PROPERTIES UNITY_BUILD OFF)
target_link_libraries(credit_fuzz_replay PRIVATE credit_fuzz_support)
foreach(name IN LISTS fuzz_names)
    add_test(NAME fuzz.${name}.corpus
             COMMAND credit_fuzz_replay ${name} "${fuzz_folder}/corpus/${name}" "${fuzz_folder}/crashers/${name}")
    set_tests_properties(fuzz.${name}.corpus PROPERTIES TIMEOUT 120)
endforeach()

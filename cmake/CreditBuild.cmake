# Settings every target of this project shares: the language, the warnings, the sanitizers, where programs lie.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
    set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
    set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
    find_program(CREDIT_CCACHE ccache)
    if(CREDIT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        set(CMAKE_C_COMPILER_LAUNCHER "${CREDIT_CCACHE}")
        set(CMAKE_CXX_COMPILER_LAUNCHER "${CREDIT_CCACHE}")
    endif()
endif()

find_package(Threads REQUIRED)

# Several files per compiler call: what the tests and the demo build, in a third of the time. The development, TSan,
# coverage and tidy builds compile each file by itself, so that none leans on a neighbour's includes.
option(CREDIT_UNITY "Compile several files at once" OFF)
if(CREDIT_UNITY)
    set(CMAKE_UNITY_BUILD ON)
    set(CMAKE_UNITY_BUILD_BATCH_SIZE 10)
endif()

# Files with a private name that a neighbour has, too: they are compiled by themselves.
function(credit_apart)
    set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

add_library(credit_build_flags INTERFACE)
target_compile_options(credit_build_flags INTERFACE
    -Wall -Wextra -Wpedantic -Werror -fstack-protector-strong
    $<$<COMPILE_LANGUAGE:CXX>:-Wshadow -Wnon-virtual-dtor -Wold-style-cast>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 reports overlapping copies inside std::string's operator+ where there are none.
    target_compile_options(credit_build_flags INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # So that ccache can keep what was compiled with a precompiled header.
    target_compile_options(credit_build_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
if(CREDIT_SANITIZE)
    target_compile_options(credit_build_flags INTERFACE
        -fsanitize=${CREDIT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
    target_link_options(credit_build_flags INTERFACE -fsanitize=${CREDIT_SANITIZE})
elseif(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_definitions(credit_build_flags INTERFACE _FORTIFY_SOURCE=2)
endif()
if(CREDIT_COVERAGE)
    target_compile_options(credit_build_flags INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(credit_build_flags INTERFACE -fprofile-instr-generate)
endif()

# What ships names files as the tree does, not as the machine that built it: the same bytes from any folder, and nobody's
# home in a message. Only where it ships; debuggers and coverage look for the files where they are.
set(CREDIT_SHIPS OFF)
if(CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$" AND NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    set(CREDIT_SHIPS ON)
endif()
get_filename_component(CREDIT_ROOT "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
function(credit_ships name)
    if(CREDIT_SHIPS)
        target_compile_options(${name} PRIVATE "-ffile-prefix-map=${CREDIT_ROOT}/=")
    endif()
    if(CREDIT_SHIPS AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")
        # Debug information names the folder of the build, too. Not otherwise: ccache takes nothing from another folder then.
        target_compile_options(${name} PRIVATE "-ffile-prefix-map=${CMAKE_BINARY_DIR}=build")
    endif()
endfunction()

# One folder, one static part; its headers are reached as "core/..." or "platform/...".
function(credit_part name)
    cmake_parse_arguments(PART "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
    add_library(${name} STATIC ${PART_SOURCES})
    target_include_directories(${name} PUBLIC "${CreditSDK_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${PART_LINK} PRIVATE credit_build_flags ${PART_PRIVATE_LINK})
    credit_ships(${name})
endfunction()

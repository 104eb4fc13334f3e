# The installed package seen from outside: by find_package and by pkg-config, in a tree that was moved after installing.
# Instrumented libraries need their runtime in the program, which no consumer has.
if(NOT CREDIT_SANITIZE AND NOT CREDIT_COVERAGE)
    set(CREDIT_LINKAGE shared)
    get_target_property(CREDIT_CONSUMED_TYPE CreditSDK::credit TYPE)
    if(CREDIT_CONSUMED_TYPE STREQUAL "STATIC_LIBRARY")
        set(CREDIT_LINKAGE static)
    endif()
    foreach(kind find_package pkg_config)
        add_test(NAME consumer_${kind}
            COMMAND "${CMAKE_COMMAND}" -DKIND=${kind} -DLINKAGE=${CREDIT_LINKAGE}
                "-DBUILD=${CMAKE_BINARY_DIR}" "-DSOURCE=${CMAKE_CURRENT_LIST_DIR}"
                "-DWORK=${CMAKE_BINARY_DIR}/consumer/${kind}" "-DLIBDIR=${CMAKE_INSTALL_LIBDIR}"
                "-DVERSION=${CreditSDK_VERSION}" "-DCC=${CMAKE_C_COMPILER}" "-DCXX=${CMAKE_CXX_COMPILER}"
                -P "${CMAKE_CURRENT_LIST_DIR}/steps/consume.cmake")
        set_tests_properties(consumer_${kind} PROPERTIES TIMEOUT 120)
    endforeach()
endif()

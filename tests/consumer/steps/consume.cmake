# Installs the build tree under a prefix of its own, then builds and runs one consumer against it.
# cmake -DKIND=find_package|pkg_config -DLINKAGE=shared|static -DBUILD= -DSOURCE= -DWORK= -DLIBDIR= -DVERSION= -DCC= -DCXX= -P consume.cmake
function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE failed OUTPUT_VARIABLE out ERROR_VARIABLE out)
    if(failed)
        list(JOIN ARGV " " line)
        message(FATAL_ERROR "${line}\n${out}")
    endif()
    set(OUTPUT "${out}" PARENT_SCOPE)
endfunction()

set(prefix "${WORK}/prefix")
file(REMOVE_RECURSE "${WORK}")
foreach(component CreditSDK_runtime CreditSDK_development)
    run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${prefix}" --component ${component})
endforeach()
set(absent static)
set(package creditsdk)
if(LINKAGE STREQUAL "static")
    set(absent shared)
    set(package creditsdk-static)
endif()
# Moved once, so that nothing can depend on where it was installed first.
file(RENAME "${prefix}" "${WORK}/moved")
set(prefix "${WORK}/moved")

if(KIND STREQUAL "find_package")
    run("${CMAKE_COMMAND}" -S "${SOURCE}/find_package" -B "${WORK}/build" "-DCMAKE_PREFIX_PATH=${prefix}"
        -DKIND=${LINKAGE} "-DCMAKE_C_COMPILER=${CC}" "-DCMAKE_CXX_COMPILER=${CXX}" -DCMAKE_BUILD_TYPE=Release)
    run("${CMAKE_COMMAND}" --build "${WORK}/build")
    run("${WORK}/build/consumer")
    set(said "${OUTPUT}")
    run("${CMAKE_COMMAND}" -S "${SOURCE}/not_found" -B "${WORK}/not_found" "-DCMAKE_PREFIX_PATH=${prefix}"
        -DABSENT=${absent} "-DCMAKE_C_COMPILER=${CC}" "-DCMAKE_CXX_COMPILER=${CXX}")
    set(OUTPUT "${said}")
else()
    file(COPY "${SOURCE}/pkg_config" "${SOURCE}/main.c" DESTINATION "${WORK}")
    run("${CMAKE_COMMAND}" -E env "PKG_CONFIG_PATH=${prefix}/${LIBDIR}/pkgconfig" "CC=${CC}"
        make -C "${WORK}/pkg_config" PACKAGE=${package})
    run("${CMAKE_COMMAND}" -E env "LD_LIBRARY_PATH=${prefix}/${LIBDIR}" "${WORK}/pkg_config/consumer")
endif()

if(NOT OUTPUT STREQUAL "credit ${VERSION}\n")
    message(FATAL_ERROR "the consumer said: ${OUTPUT}")
endif()

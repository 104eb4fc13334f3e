# cmake --install: the library, its header, and how to find both by find_package(CreditSDK) and pkg-config.
#
# Two components: CreditSDK_runtime is what a program needs to run, CreditSDK_development what building one takes. A shared and a
# static build may be installed into one prefix; whoever looks for the package says which one is meant, or gets the shared one.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(CREDIT_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/CreditSDK")
get_target_property(CREDIT_LIBRARY_TYPE credit TYPE)
set(CREDIT_KIND shared)
set(CREDIT_PC_NAME creditsdk)
if(CREDIT_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
    set(CREDIT_KIND static)
    set(CREDIT_PC_NAME creditsdk-static)
endif()

install(TARGETS credit EXPORT CreditSDKTargets
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        COMPONENT CreditSDK_runtime NAMELINK_COMPONENT CreditSDK_development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT CreditSDK_development
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT CreditSDK_runtime)
install(DIRECTORY "${CreditSDK_SOURCE_DIR}/capi/include/credit"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT CreditSDK_development
    FILES_MATCHING PATTERN "*.h" PATTERN "module.modulemap")

install(EXPORT CreditSDKTargets NAMESPACE CreditSDK:: FILE "CreditSDK-${CREDIT_KIND}.cmake"
    DESTINATION "${CREDIT_PACKAGE_DIR}" COMPONENT CreditSDK_development)
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/CreditSDKConfig.cmake.in" "${CreditSDK_BINARY_DIR}/CreditSDKConfig.cmake"
    INSTALL_DESTINATION "${CREDIT_PACKAGE_DIR}")
# Before 1.0 a program fits the minor it was built against, like the library's SOVERSION says.
set(CREDIT_COMPATIBILITY SameMajorVersion)
if(CreditSDK_VERSION_MAJOR EQUAL 0)
    set(CREDIT_COMPATIBILITY SameMinorVersion)
endif()
write_basic_package_version_file("${CreditSDK_BINARY_DIR}/CreditSDKConfigVersion.cmake"
    VERSION "${CreditSDK_VERSION}" COMPATIBILITY ${CREDIT_COMPATIBILITY})
install(FILES "${CreditSDK_BINARY_DIR}/CreditSDKConfig.cmake" "${CreditSDK_BINARY_DIR}/CreditSDKConfigVersion.cmake"
    DESTINATION "${CREDIT_PACKAGE_DIR}" COMPONENT CreditSDK_development)

# A shared library brings what it needs; only who links statically has to know. The prefix is found from where the .pc
# file lies, so that the installed tree can be moved.
set(CREDIT_PC_REQUIRES "")
set(CREDIT_PC_LIBS "-L\${libdir} -lcredit")
if(CREDIT_KIND STREQUAL "static")
    set(CREDIT_PC_REQUIRES "Requires: libcurl libsodium simdjson\n")
    # By its file name: -lcredit would take a shared library that lies beside it.
    set(CREDIT_PC_LIBS "\${libdir}/libcredit.a -lstdc++ -lpthread")
endif()
file(RELATIVE_PATH CREDIT_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" CREDIT_PC_PREFIX "${CREDIT_PC_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/creditsdk.pc.in" "${CreditSDK_BINARY_DIR}/${CREDIT_PC_NAME}.pc" @ONLY)
install(FILES "${CreditSDK_BINARY_DIR}/${CREDIT_PC_NAME}.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT CreditSDK_development)

if(PROJECT_IS_TOP_LEVEL)
    include("${CMAKE_CURRENT_LIST_DIR}/CreditPackage.cmake")
endif()

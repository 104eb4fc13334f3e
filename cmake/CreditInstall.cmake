# cmake --install: the library, its header, and how to find both by find_package(CreditSDK) and pkg-config.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(CREDIT_PACKAGE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/CreditSDK")
get_target_property(CREDIT_LIBRARY_TYPE credit TYPE)

install(TARGETS credit EXPORT CreditSDKTargets COMPONENT CreditSDK
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT CreditSDK NAMELINK_COMPONENT CreditSDK
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT CreditSDK
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT CreditSDK)
install(DIRECTORY "${CreditSDK_SOURCE_DIR}/capi/include/credit"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT CreditSDK
    FILES_MATCHING PATTERN "*.h" PATTERN "module.modulemap")

install(EXPORT CreditSDKTargets NAMESPACE CreditSDK::
    DESTINATION "${CREDIT_PACKAGE_DIR}" COMPONENT CreditSDK)
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/CreditSDKConfig.cmake.in" "${CMAKE_BINARY_DIR}/CreditSDKConfig.cmake"
    INSTALL_DESTINATION "${CREDIT_PACKAGE_DIR}")
# Before 1.0 a program fits the minor it was built against, like the library's SOVERSION says.
set(CREDIT_COMPATIBILITY SameMajorVersion)
if(CreditSDK_VERSION_MAJOR EQUAL 0)
    set(CREDIT_COMPATIBILITY SameMinorVersion)
endif()
write_basic_package_version_file("${CMAKE_BINARY_DIR}/CreditSDKConfigVersion.cmake"
    VERSION "${CreditSDK_VERSION}" COMPATIBILITY ${CREDIT_COMPATIBILITY})
install(FILES "${CMAKE_BINARY_DIR}/CreditSDKConfig.cmake" "${CMAKE_BINARY_DIR}/CreditSDKConfigVersion.cmake"
    DESTINATION "${CREDIT_PACKAGE_DIR}" COMPONENT CreditSDK)

# A shared library brings what it needs; only who links statically has to know. The prefix is found from where the .pc
# file lies, so that the installed tree can be moved.
set(CREDIT_PC_REQUIRES "")
set(CREDIT_PC_LIBS "")
if(CREDIT_LIBRARY_TYPE STREQUAL "STATIC_LIBRARY")
    set(CREDIT_PC_REQUIRES "Requires: libcurl libsodium simdjson\n")
    set(CREDIT_PC_LIBS " -lstdc++ -lpthread")
endif()
file(RELATIVE_PATH CREDIT_PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
string(REGEX REPLACE "/$" "" CREDIT_PC_PREFIX "${CREDIT_PC_PREFIX}")
configure_file("${CMAKE_CURRENT_LIST_DIR}/creditsdk.pc.in" "${CMAKE_BINARY_DIR}/creditsdk.pc" @ONLY)
install(FILES "${CMAKE_BINARY_DIR}/creditsdk.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig" COMPONENT CreditSDK)

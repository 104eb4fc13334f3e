# cpack -G DEB: libcredit<SOVERSION> with the library, libcredit-dev with header, CMake files and .pc file. scripts/package-deb
# configures what a Debian package needs (prefix /usr, CREDIT_DEBIAN_DOCS) and calls it.
set(CPACK_PACKAGE_NAME creditsdk)
set(CPACK_PACKAGE_VENDOR "Aarthik Labs")
set(CPACK_PACKAGE_CONTACT "Aarthik Labs <noreply@aarthiklabs.com>")
set(CPACK_PACKAGE_VERSION "${CreditSDK_VERSION}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${CreditSDK_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX "${CMAKE_INSTALL_PREFIX}")
set(CPACK_PACKAGE_DIRECTORY "${CreditSDK_BINARY_DIR}/packages")
set(CPACK_COMPONENTS_ALL CreditSDK_runtime CreditSDK_development)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)

get_target_property(CREDIT_DEB_SOVERSION credit SOVERSION)
set(CREDIT_DEB_RUNTIME "libcredit${CREDIT_DEB_SOVERSION}")
set(CREDIT_DEB_VERSION "${CreditSDK_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
set(CPACK_DEBIAN_CREDITSDK_RUNTIME_PACKAGE_NAME "${CREDIT_DEB_RUNTIME}")
set(CPACK_DEBIAN_CREDITSDK_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_CREDITSDK_RUNTIME_PACKAGE_SHLIBDEPS ON)
# What the symbols cannot tell: the options that platform/curl sets came with this release.
set(CPACK_DEBIAN_CREDITSDK_RUNTIME_PACKAGE_DEPENDS "libcurl4 (>= 7.87)")
set(CPACK_DEBIAN_CREDITSDK_RUNTIME_PACKAGE_RECOMMENDS "libsecret-1-0")
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_COMPONENT_CREDITSDK_RUNTIME_DESCRIPTION
    "Holds a borrower's session for days: renews its tokens, stores them sealed\nand signs every call. This package has the shared library.")
set(CPACK_DEBIAN_CREDITSDK_DEVELOPMENT_PACKAGE_NAME libcredit-dev)
set(CPACK_DEBIAN_CREDITSDK_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_CREDITSDK_DEVELOPMENT_PACKAGE_DEPENDS "${CREDIT_DEB_RUNTIME} (= ${CREDIT_DEB_VERSION})")
set(CPACK_COMPONENT_CREDITSDK_DEVELOPMENT_DESCRIPTION
    "Holds a borrower's session for days: renews its tokens, stores them sealed\nand signs every call. This package has the header, and what CMake and\npkg-config need to find the library.")

option(CREDIT_DEBIAN_DOCS "Install the documents that a Debian package has to have" OFF)
if(CREDIT_DEBIAN_DOCS)
    find_program(CREDIT_GZIP gzip REQUIRED)
    configure_file("${CMAKE_CURRENT_LIST_DIR}/debian/changelog.in" "${CreditSDK_BINARY_DIR}/debian/changelog.Debian" @ONLY)
    # Without a name and a time of its own: the same bytes each time.
    execute_process(COMMAND "${CREDIT_GZIP}" -9nkf "${CreditSDK_BINARY_DIR}/debian/changelog.Debian" COMMAND_ERROR_IS_FATAL ANY)
    foreach(pair "CreditSDK_runtime:${CREDIT_DEB_RUNTIME}" "CreditSDK_development:libcredit-dev")
        string(REPLACE ":" ";" pair "${pair}")
        list(GET pair 0 component)
        list(GET pair 1 package)
        install(FILES "${CreditSDK_BINARY_DIR}/debian/changelog.Debian.gz" "${CMAKE_CURRENT_LIST_DIR}/debian/copyright"
            DESTINATION "share/doc/${package}" COMPONENT ${component})
    endforeach()
    install(FILES "${CreditSDK_SOURCE_DIR}/docs/THIRD-PARTY-NOTICES.md"
        DESTINATION "share/doc/${CREDIT_DEB_RUNTIME}" COMPONENT CreditSDK_runtime)
endif()
include(CPack)

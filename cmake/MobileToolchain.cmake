# The toolchain of the presets for Android and iOS: vcpkg's, with the NDK's below it for Android. What is missing it says
# before a compiler does so in words of its own.
#
# Environment: VCPKG_ROOT, and for Android ANDROID_NDK_HOME, r28 or later. vcpkg itself asks for the NDK by that name when it
# builds the libraries, so no other will do.
# Kept in the cache for when CMake runs again from another shell; the environment counts where it says something.
foreach(pair CREDIT_VCPKG_ROOT:VCPKG_ROOT CREDIT_NDK:ANDROID_NDK_HOME)
    string(REPLACE ":" ";" pair "${pair}")
    list(GET pair 0 kept)
    list(GET pair 1 variable)
    if(NOT "$ENV{${variable}}" STREQUAL "")
        set(${kept} "$ENV{${variable}}" CACHE PATH "From ${variable}" FORCE)
    endif()
endforeach()
# CMake's trial projects read this file, too, and do not see the cache.
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES CREDIT_VCPKG_ROOT CREDIT_NDK)

if(NOT EXISTS "${CREDIT_VCPKG_ROOT}/scripts/buildsystems/vcpkg.cmake")
    message(FATAL_ERROR "There is no vcpkg in '${CREDIT_VCPKG_ROOT}'. Set VCPKG_ROOT to where it lies (docs/install.md).")
endif()

if(VCPKG_TARGET_TRIPLET MATCHES "-android$")
    set(CREDIT_MINIMUM_NDK 28) # the first that lays libraries out for pages of 16 KB by itself
    set(properties "${CREDIT_NDK}/source.properties")
    set(revision 0)
    if(EXISTS "${properties}")
        file(STRINGS "${properties}" revision REGEX "^Pkg\\.Revision *=")
        string(REGEX REPLACE "^[^=]*= *([0-9]+).*" "\\1" revision "${revision}")
    endif()
    if(NOT revision GREATER_EQUAL CREDIT_MINIMUM_NDK)
        message(FATAL_ERROR "There is no NDK r${CREDIT_MINIMUM_NDK} or later in '${CREDIT_NDK}'. Set ANDROID_NDK_HOME to where it lies (docs/install.md).")
    endif()
    set(VCPKG_CHAINLOAD_TOOLCHAIN_FILE "${CREDIT_NDK}/build/cmake/android.toolchain.cmake")
endif()

include("${CREDIT_VCPKG_ROOT}/scripts/buildsystems/vcpkg.cmake")

# libsodium is found by pkg-config, which would find the one of this machine.
set(ENV{PKG_CONFIG_LIBDIR} "${VCPKG_INSTALLED_DIR}/${VCPKG_TARGET_TRIPLET}/lib/pkgconfig")

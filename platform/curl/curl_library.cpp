#include "platform/curl/curl_library.h"

#include <curl/curl.h>

#include <cstdlib>

namespace credit::curl {
namespace {

// CURLOPT_QUICK_EXIT and CURLOPT_CA_CACHE_TIMEOUT came last of what the options need.
constexpr unsigned int kOldestVersion = 0x075700;

// Static but trivially destructible on purpose: nothing of this runs at exit.
struct Library {
    const char* fault = nullptr;
    const char* name = "libcurl";
    bool default_trust = false;
};

Library initialise() noexcept {
    Library library;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        library.fault = "libcurl cannot be initialised";
        return library;
    }
    const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
    library.name = curl_version();
    library.default_trust = info->cainfo != nullptr;
    if (info->version_num < kOldestVersion) library.fault = "libcurl is older than 7.87";
    if ((info->features & CURL_VERSION_SSL) == 0) library.fault = "libcurl was built without TLS";
    // Without it a slow name server would stop the engine thread.
    if ((info->features & CURL_VERSION_ASYNCHDNS) == 0) {
        library.fault = "libcurl resolves names synchronously";
    }
    return library;
}

const Library& library() noexcept {
    static const Library instance = initialise();
    return instance;
}

}  // namespace

const char* library_fault() noexcept {
    return library().fault;
}

bool key_log_requested() noexcept {
    const char* path = std::getenv("SSLKEYLOGFILE");
    return path != nullptr && *path != '\0';
}

bool has_default_trust() noexcept {
    return library().default_trust;
}

const char* library_name() noexcept {
    return library().name;
}

}  // namespace credit::curl

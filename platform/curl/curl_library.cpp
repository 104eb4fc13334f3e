#include "platform/curl/curl_library.h"

#include <curl/curl.h>
#include <dlfcn.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace credit::curl {
namespace {

// CURLOPT_QUICK_EXIT and CURLOPT_CA_CACHE_TIMEOUT came last of what the options need.
constexpr unsigned int kOldestVersion = 0x075700;

// Static but trivially destructible on purpose: nothing of this runs at exit.
using SetOptions = std::uint64_t (*)(void* context, std::uint64_t options);

struct Library {
    const char* fault = nullptr;
    const char* name = "libcurl";
    bool default_trust = false;
    SetOptions set_options = nullptr;  // of OpenSSL 3's SSL_CTX
};

// OpenSSL frees its state at exit while the engine's thread, which nobody joins, may just be ending and freeing the same
// state: a double free (seen by ASan in a program that left main() right after closing). OpenSSL has an option against it
// that must come first; libcurl does not set it. Looked up at run time, since libcurl may be built with another TLS library.
void keep_openssl_past_exit() noexcept {
    constexpr std::uint64_t kNoAtExit = 0x0008'0000;  // OPENSSL_INIT_NO_ATEXIT
    using Init = int (*)(std::uint64_t, const void*);
    if (auto* init = reinterpret_cast<Init>(::dlsym(RTLD_DEFAULT, "OPENSSL_init_crypto")))
        init(kNoAtExit, nullptr);
}

// In older versions, and in its relatives, the option's bit has other meanings.
SetOptions find_set_options(const curl_version_info_data& info) noexcept {
    const std::string_view tls = info.ssl_version != nullptr ? info.ssl_version : "";
    if (!tls.starts_with("OpenSSL/3.")) return nullptr;
    return reinterpret_cast<SetOptions>(::dlsym(RTLD_DEFAULT, "SSL_CTX_set_options"));
}

Library initialise() noexcept {
    Library library;
    keep_openssl_past_exit();
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        library.fault = "libcurl cannot be initialised";
        return library;
    }
    const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
    library.name = curl_version();
    library.default_trust = info->cainfo != nullptr;
    library.set_options = find_set_options(*info);
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

bool can_cleanse_received() noexcept {
    return library().set_options != nullptr;
}

CURLcode cleanse_received(CURL*, void* context, void*) noexcept {
    constexpr std::uint64_t kCleansePlaintext = 0x2;  // SSL_OP_CLEANSE_PLAINTEXT
    const SetOptions set_options = library().set_options;
    if (set_options == nullptr)
        return CURLE_OK;  // asked for only where can_cleanse_received() says so
    set_options(context, kCleansePlaintext);
    return CURLE_OK;
}

bool has_default_trust() noexcept {
    return library().default_trust;
}

const char* library_name() noexcept {
    return library().name;
}

}  // namespace credit::curl

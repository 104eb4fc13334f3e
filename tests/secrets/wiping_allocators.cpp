#include "tests/secrets/wiping_allocators.h"

#include <dlfcn.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace credit::secrets {
namespace {

void wipe_and_free(void* data) {
    if (data == nullptr) return;
    explicit_bzero(data, ::malloc_usable_size(data));
    std::free(data);
}

void* move_and_wipe(void* data, std::size_t size) {
    void* moved = std::malloc(size);
    if (moved == nullptr) return nullptr;
    if (data != nullptr) std::memcpy(moved, data, std::min(size, ::malloc_usable_size(data)));
    wipe_and_free(data);
    return moved;
}

char* copy_text(const char* text) {
    return ::strdup(text);
}

}  // namespace

bool give_libcurl_wiping_allocators() {
    // As <curl/curl.h> has it; the app does not link libcurl itself.
    using Init =
        int (*)(long, void* (*)(std::size_t), void (*)(void*), void* (*)(void*, std::size_t),
                char* (*)(const char*), void* (*)(std::size_t, std::size_t));
    constexpr long kEverything = 3;  // CURL_GLOBAL_DEFAULT
    auto* init = reinterpret_cast<Init>(::dlsym(RTLD_DEFAULT, "curl_global_init_mem"));
    return init != nullptr && init(kEverything, std::malloc, wipe_and_free, move_and_wipe,
                                   copy_text, std::calloc) == 0;
}

}  // namespace credit::secrets

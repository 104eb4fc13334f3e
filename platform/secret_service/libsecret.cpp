#include "platform/secret_service/libsecret.h"

#include <dlfcn.h>

namespace credit::keyring {
namespace {

struct Loaded {
    LibSecret table;
    bool complete = false;
};

template <class Function>
bool find(void* library, const char* name, Function& function) noexcept {
    // dlsym looks through the library's own dependencies too, so GLib's functions are found here.
    void* const symbol = ::dlsym(library, name);
    function = reinterpret_cast<Function>(symbol);
    return symbol != nullptr;
}

Loaded load() noexcept {
    Loaded loaded;
    void* const library = ::dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) return loaded;
    loaded.complete = true;
#define X(member, symbol) \
    loaded.complete = find(library, #symbol, loaded.table.member) && loaded.complete;
    CREDIT_LIBSECRET_FUNCTIONS(X)
#undef X
    return loaded;
}

const Loaded& loaded() noexcept {
    static const Loaded once = load();
    return once;
}

}  // namespace

bool load_libsecret() noexcept {
    return loaded().complete;
}

const LibSecret& lib() noexcept {
    return loaded().table;
}

}  // namespace credit::keyring

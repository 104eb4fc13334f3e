#include "tests/kills/shim/handles.h"

#include <fcntl.h>

#include <cstdio>
#include <cstring>
#include <mutex>

#include "tests/kills/shim/plan.h"

namespace credit::test::shim {
namespace {

constexpr int kMaxHandles = 1024;

struct Handle {
    bool ours = false;
    char path[kMaxPath] = "";
};

std::mutex mutex;
Handle handles[kMaxHandles];

const char* without_slash(const char* path) {
    return *path == '/' ? path + 1 : path;
}

}  // namespace

const char* path_of(int fd, char* out) {
    if (fd < 0 || fd >= kMaxHandles) return nullptr;
    const std::lock_guard<std::mutex> hold(mutex);
    if (!handles[fd].ours) return nullptr;
    std::snprintf(out, kMaxPath, "%s", handles[fd].path);
    return out;
}

const char* path_below(int folder, const char* path, char* out) {
    const Plan& now = plan();
    if (*path == '/') {
        if (std::strncmp(path, now.folder, now.folder_size) != 0) return nullptr;
        const char* rest = path + now.folder_size;
        if (*rest != '\0' && *rest != '/') return nullptr;
        std::snprintf(out, kMaxPath, "%s", without_slash(rest));
        return out;
    }
    if (folder == AT_FDCWD) return nullptr;
    char parent[kMaxPath];
    if (path_of(folder, parent) == nullptr) return nullptr;
    const char* between = *parent == '\0' ? "" : "/";
    const int size = std::snprintf(out, kMaxPath, "%s%s%s", parent, between, path);
    return size < kMaxPath ? out : nullptr;
}

void remember(int fd, const char* path) {
    if (fd < 0 || fd >= kMaxHandles) return;
    const std::lock_guard<std::mutex> hold(mutex);
    handles[fd].ours = true;
    std::snprintf(handles[fd].path, kMaxPath, "%s", path);
}

void forget(int fd) {
    if (fd < 0 || fd >= kMaxHandles) return;
    const std::lock_guard<std::mutex> hold(mutex);
    handles[fd].ours = false;
}

}  // namespace credit::test::shim

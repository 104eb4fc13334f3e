#include "tests/secrets/owners.h"

#include <array>
#include <cstdio>

namespace credit::secrets {
namespace {

// "/usr/lib/libcurl.so.4.8.0" -> "libcurl.so"
std::string short_name(const std::string& path) {
    const std::string file = path.substr(path.rfind('/') + 1);
    const auto end = file.find(".so");
    return end == std::string::npos ? file : file.substr(0, end + 3);
}

bool is_runtime(const std::string& name) {
    constexpr std::array<const char*, 5> kRuntime = {"libc.so", "libstdc++.so", "libgcc_s.so",
                                                     "ld-linux-x86-64.so", "ld-linux-aarch64.so"};
    for (const char* one : kRuntime) {
        if (name == one) return true;
    }
    return false;
}

}  // namespace

const Mapping* Owners::mapping_of(std::uintptr_t at) const {
    for (const Mapping& one : mappings_) {
        if (at >= one.begin && at < one.end) return &one;
    }
    return nullptr;
}

std::string Owners::of(const Frames& frames) const {
    for (const std::uintptr_t frame : frames) {
        const Mapping* mapping = frame == 0 ? nullptr : mapping_of(frame);
        if (mapping == nullptr) continue;
        const std::string name = short_name(mapping->name);
        if (name.find(".so") != std::string::npos && !is_runtime(name)) return name;
    }
    return "the app";
}

std::string Owners::way(const Frames& frames) const {
    std::string out;
    for (const std::uintptr_t frame : frames) {
        const Mapping* mapping = frame == 0 ? nullptr : mapping_of(frame);
        if (mapping == nullptr) continue;
        std::uintptr_t base = frame;
        for (const Mapping& one : mappings_) {
            if (one.name == mapping->name && one.begin < base) base = one.begin;
        }
        char text[32];
        std::snprintf(text, sizeof text, "+%zx ", static_cast<std::size_t>(frame - base));
        out += short_name(mapping->name) + text;
    }
    return out;
}

bool is_ours(const std::string& owner) {
    return owner == "libcredit.so" || owner == "libsodium.so" || owner == "libsimdjson.so";
}

}  // namespace credit::secrets

// Keeps the process running while tokens are renewed and stored (R22).
#include "callbacks.h"
#include "ports.h"
#include "upcall.h"

namespace credit::jni {
namespace {

constexpr jlong kRefused = 0;

std::uint64_t begin(void* context) {
    Upcall up;
    if (!up) return kRefused;
    return static_cast<std::uint64_t>(up.ask_long(kRefused, ids.begin_background, id_of(context)));
}

void end(void* context, std::uint64_t handle) {
    Upcall up;
    if (up) up.run(ids.end_background, id_of(context), static_cast<jlong>(handle));
}

}  // namespace

credit_code set_background(credit_config* config, jint id) {
    credit_background background{};
    background.struct_size = sizeof background;
    background.context = context_of(id);
    background.begin = begin;
    background.end = end;
    background.release = on_released;
    return credit_config_set_background(config, &background);
}

}  // namespace credit::jni

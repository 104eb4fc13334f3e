// Secure store and sealing key. The storage thread calls them; an exception counts as "not now".
#include <array>

#include "callbacks.h"
#include "ports.h"
#include "upcall.h"

namespace credit::jni {
namespace {

using Answer = credit_store_answer;
constexpr jint kTransient = CREDIT_STORE_TRANSIENT;
constexpr std::size_t kKeySize = 32;

Answer ask_by_name(jmethodID method, void* context, credit_str name) {
    Upcall up;
    if (!up) return CREDIT_STORE_TRANSIENT;
    jbyteArray bytes = make_bytes(up.env(), name);
    return static_cast<Answer>(up.ask(kTransient, method, id_of(context), bytes));
}

Answer load(void* context, credit_str name, credit_sink* sink) {
    Upcall up;
    if (!up) return CREDIT_STORE_TRANSIENT;
    jbyteArray bytes = make_bytes(up.env(), name);
    return static_cast<Answer>(up.ask(kTransient, ids.load, id_of(context), bytes, handle(sink)));
}

Answer replace(void* context, credit_str name, const std::uint8_t* bytes, std::size_t size,
               std::uint64_t write_seq) {
    Upcall up;
    if (!up) return CREDIT_STORE_TRANSIENT;
    jbyteArray key = make_bytes(up.env(), name);
    jbyteArray record =
        key ? make_bytes(up.env(), {reinterpret_cast<const char*>(bytes), size}) : nullptr;
    return static_cast<Answer>(up.ask(kTransient, ids.replace, id_of(context), key, record,
                                      static_cast<jlong>(write_seq)));
}

Answer erase(void* context, credit_str name) {
    return ask_by_name(ids.erase, context, name);
}
Answer lock(void* context, credit_str name) {
    return ask_by_name(ids.lock, context, name);
}

void unlock(void* context, credit_str name) {
    Upcall up;
    if (!up) return;
    jbyteArray bytes = make_bytes(up.env(), name);
    up.run(ids.unlock, id_of(context), bytes);
}

Answer fetch(void* context, std::uint8_t* key) {
    Upcall up;
    if (!up) return CREDIT_STORE_TRANSIENT;
    JNIEnv* env = up.env();
    jbyteArray room = env->NewByteArray(static_cast<jsize>(kKeySize));
    const jint answer = up.ask(kTransient, ids.fetch_key, id_of(context), room);
    if (!room) return CREDIT_STORE_TRANSIENT;
    if (answer == CREDIT_STORE_PRESENT)
        env->GetByteArrayRegion(room, 0, static_cast<jsize>(kKeySize),
                                reinterpret_cast<jbyte*>(key));
    const std::array<jbyte, kKeySize> zeros{};
    env->SetByteArrayRegion(room, 0, static_cast<jsize>(kKeySize), zeros.data());
    return static_cast<Answer>(answer);
}

}  // namespace

credit_code set_store(credit_config* config, jint id, bool with_lock) {
    credit_secure_store store{};
    store.struct_size = sizeof store;
    store.context = context_of(id);
    store.load = load;
    store.replace = replace;
    store.erase = erase;
    store.lock = with_lock ? lock : nullptr;
    store.unlock = with_lock ? unlock : nullptr;
    store.release = on_released;
    return credit_config_set_secure_store(config, &store);
}

credit_code set_sealing_key(credit_config* config, jint id) {
    credit_sealing_key key{};
    key.struct_size = sizeof key;
    key.context = context_of(id);
    key.fetch = fetch;
    key.release = on_released;
    return credit_config_set_sealing_key(config, &key);
}

}  // namespace credit::jni

// Ports written in Kotlin, as the library's structs of function pointers.
#pragma once

#include <credit/credit.h>
#include <jni.h>

namespace credit::jni {

// The same numbers as PortKind in Native.kt.
enum class PortKind : jint {
    kStore = 1,
    kStoreWithLock = 2,
    kSealingKey = 3,
    kTransport = 4,
    kClock = 5,
    kLogger = 6,
    kProvider = 7,
    kPartnerAuth = 8,
    kBackground = 9,
};

credit_code set_port(credit_config* config, PortKind kind, jint id);

credit_code set_store(credit_config* config, jint id, bool with_lock);
credit_code set_sealing_key(credit_config* config, jint id);
credit_code set_transport(credit_config* config, jint id);
credit_transport transport_of(jint id);
credit_code set_clock(credit_config* config, jint id);
credit_code set_logger(credit_config* config, jint id);
credit_code set_provider(credit_config* config, jint id);
credit_code set_partner_auth(credit_config* config, jint id);
credit_code set_background(credit_config* config, jint id);

}  // namespace credit::jni

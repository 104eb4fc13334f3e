// The native methods of com.aarthiklabs.credit.Native, one table a file.
#pragma once

#include <jni.h>

#include <cstddef>

namespace credit::jni {

struct NativeTable {
    const JNINativeMethod* methods;
    std::size_t count;
};

NativeTable library_natives();
NativeTable config_natives();
NativeTable session_natives();
NativeTable call_natives();
NativeTable checkout_natives();
NativeTable completion_natives();

// The JDK and Android agree on the struct but not on the constness of its texts.
inline JNINativeMethod native(const char* name, const char* signature, void* function) {
    return {const_cast<char*>(name), const_cast<char*>(signature), function};
}
template <class Function>
JNINativeMethod native(const char* name, const char* signature, Function* function) {
    return native(name, signature, reinterpret_cast<void*>(function));
}

}  // namespace credit::jni

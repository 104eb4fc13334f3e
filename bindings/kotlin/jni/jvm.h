// The virtual machine: who is attached, what is cached, how bytes cross.
#pragma once

#include <credit/credit.h>
#include <jni.h>

#include <cstddef>
#include <memory>

namespace credit::jni {

// The static methods of com.aarthiklabs.credit.Upcalls, looked up once; they live as long as the library.
struct UpcallIds {
    jclass owner = nullptr;
    jclass byte_array = nullptr;
    jmethodID exception = nullptr;
    jmethodID done = nullptr;
    jmethodID failed = nullptr;
    jmethodID token = nullptr;
    jmethodID text = nullptr;
    jmethodID response = nullptr;
    jmethodID journey = nullptr;
    jmethodID state = nullptr;
    jmethodID released = nullptr;
    jmethodID load = nullptr;
    jmethodID replace = nullptr;
    jmethodID erase = nullptr;
    jmethodID lock = nullptr;
    jmethodID unlock = nullptr;
    jmethodID fetch_key = nullptr;
    jmethodID provide = nullptr;
    jmethodID partner_headers = nullptr;
    jmethodID start_http = nullptr;
    jmethodID cancel_http = nullptr;
    jmethodID log = nullptr;
    jmethodID now = nullptr;
    jmethodID begin_background = nullptr;
    jmethodID end_background = nullptr;
};
extern UpcallIds ids;

// Called by JNI_OnLoad. False with an exception pending when a method is missing.
bool cache_ids(JavaVM* vm, JNIEnv* env);
// Called by JNI_OnLoad after cache_ids.
bool register_natives(JNIEnv* env);

// The environment of this thread. A thread of the SDK is attached as a daemon at its first upcall and detached when it
// ends. nullptr when the virtual machine does not take it any more.
JNIEnv* attached_env();

// Overwrites in a way the compiler must not leave out.
void wipe(void* bytes, std::size_t size);

// An object's address as Java keeps it, and back.
template <class T>
T* pointer(jlong value) {
    return reinterpret_cast<T*>(static_cast<std::intptr_t>(value));
}
inline jlong handle(const void* object) {
    return static_cast<jlong>(reinterpret_cast<std::intptr_t>(object));
}

// Ports and waiting calls are numbers in a table of the Kotlin side: no global reference exists that could leak.
inline void* context_of(jint id) {
    return reinterpret_cast<void*>(static_cast<std::intptr_t>(id));
}
inline jint id_of(void* context) {
    return static_cast<jint>(reinterpret_cast<std::intptr_t>(context));
}

// A copy of a byte array, wiped when it goes. `null` is "not given".
class Bytes {
  public:
    Bytes(JNIEnv* env, jbyteArray array);
    ~Bytes();
    Bytes(const Bytes&) = delete;
    Bytes& operator=(const Bytes&) = delete;
    // False when there was no memory; an OutOfMemoryError is pending then.
    bool good() const { return good_; }
    credit_str str() const { return {data_.get(), size_}; }
    const std::uint8_t* bytes() const { return reinterpret_cast<const std::uint8_t*>(data_.get()); }
    std::size_t size() const { return size_; }

  private:
    std::unique_ptr<char[]> data_;
    std::size_t size_ = 0;
    bool good_ = true;
};

// A list of byte arrays, copied and wiped likewise.
class ByteList {
  public:
    ByteList(JNIEnv* env, jobjectArray arrays);
    bool good() const { return good_; }
    std::size_t size() const { return size_; }
    // Not given when there is no such element.
    credit_str at(std::size_t index) const {
        return index < size_ ? items_[index]->str() : credit_str{};
    }

  private:
    std::unique_ptr<std::unique_ptr<Bytes>[]> items_;
    std::size_t size_ = 0;
    bool good_ = true;
};

// Name, value, name, value ... as headers that borrow from the list.
class Headers {
  public:
    explicit Headers(const ByteList& list);
    bool good() const { return good_; }
    const credit_header* data() const { return items_.get(); }
    std::size_t size() const { return size_; }

  private:
    std::unique_ptr<credit_header[]> items_;
    std::size_t size_ = 0;
    bool good_ = true;
};

// A new byte array, or nullptr with an exception pending. Texts that are not given become empty arrays.
jbyteArray make_bytes(JNIEnv* env, credit_str text);
// A new byte[][] of that size, or nullptr with an exception pending.
jobjectArray make_list(JNIEnv* env, std::size_t size);
// False with an exception pending.
bool put(JNIEnv* env, jobjectArray list, std::size_t index, credit_str text);

void throw_out_of_memory(JNIEnv* env);

}  // namespace credit::jni

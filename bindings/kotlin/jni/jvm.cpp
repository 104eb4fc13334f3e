#include "jvm.h"

#include <new>

namespace credit::jni {

UpcallIds ids;

namespace {

JavaVM* machine = nullptr;

// The JDK and Android declare the first argument differently; this is both.
struct EnvOut {
    JNIEnv** place;
    operator JNIEnv**() const { return place; }
    operator void**() const { return reinterpret_cast<void**>(place); }
};

// Detaches the thread that it attached when that thread ends.
struct Attachment {
    JNIEnv* env = nullptr;
    ~Attachment() {
        if (env) machine->DetachCurrentThread();
    }
};
thread_local Attachment attachment;

struct Method {
    jmethodID* id;
    const char* name;
    const char* signature;
};

bool find(JNIEnv* env, const Method& method) {
    *method.id = env->GetStaticMethodID(ids.owner, method.name, method.signature);
    return *method.id != nullptr;
}

jclass keep_class(JNIEnv* env, const char* name) {
    jclass found = env->FindClass(name);
    if (!found) return nullptr;
    auto kept = static_cast<jclass>(env->NewGlobalRef(found));
    env->DeleteLocalRef(found);
    return kept;
}

}  // namespace

bool cache_ids(JavaVM* vm, JNIEnv* env) {
    machine = vm;
    // Here, because the class loader of native threads does not know the app's classes.
    ids.owner = keep_class(env, "com/aarthiklabs/credit/Upcalls");
    ids.byte_array = keep_class(env, "[B");
    if (!ids.owner || !ids.byte_array) return false;
    const Method methods[] = {
        {&ids.exception, "exception", "(IIJ[[B)Ljava/lang/Throwable;"},
        {&ids.done, "done", "(I)V"},
        {&ids.failed, "failed", "(IIIJ[[B)V"},
        {&ids.token, "token", "(I[BJJI)V"},
        {&ids.text, "text", "(I[B)V"},
        {&ids.response, "response", "(III[B[[B)V"},
        {&ids.journey, "journey", "(I[[B)V"},
        {&ids.state, "state", "(IIIIJJ)V"},
        {&ids.released, "released", "(I)V"},
        {&ids.load, "load", "(I[BJ)I"},
        {&ids.replace, "replace", "(I[B[BJ)I"},
        {&ids.erase, "erase", "(I[B)I"},
        {&ids.lock, "lock", "(I[B)I"},
        {&ids.unlock, "unlock", "(I[B)V"},
        {&ids.fetch_key, "fetchKey", "(I[B)I"},
        {&ids.provide, "provide", "(IZ[[BJ)V"},
        {&ids.partner_headers, "partnerHeaders", "(IJ)V"},
        {&ids.start_http, "startHttp", "(I[B[[BJJZJ)V"},
        {&ids.cancel_http, "cancelHttp", "(IJ)V"},
        {&ids.log, "log", "(II[B)V"},
        {&ids.now, "now", "(I[J)V"},
        {&ids.begin_background, "beginBackground", "(I)J"},
        {&ids.end_background, "endBackground", "(IJ)V"},
    };
    for (const Method& method : methods) {
        if (!find(env, method)) return false;
    }
    return true;
}

JNIEnv* attached_env() {
    if (attachment.env) return attachment.env;
    void* known = nullptr;
    if (machine->GetEnv(&known, JNI_VERSION_1_6) == JNI_OK) return static_cast<JNIEnv*>(known);
    char name[] = "credit-sdk";
    JavaVMAttachArgs arguments{JNI_VERSION_1_6, name, nullptr};
    JNIEnv* env = nullptr;
    // As a daemon, so that a waiting engine never keeps the process from ending.
    if (machine->AttachCurrentThreadAsDaemon(EnvOut{&env}, &arguments) != JNI_OK) return nullptr;
    attachment.env = env;
    return env;
}

void wipe(void* bytes, std::size_t size) {
    volatile auto* place = static_cast<volatile unsigned char*>(bytes);
    for (std::size_t i = 0; i < size; ++i)
        place[i] = 0;
}

Bytes::Bytes(JNIEnv* env, jbyteArray array) {
    if (!array) return;
    const jsize length = env->GetArrayLength(array);
    size_ = static_cast<std::size_t>(length);
    data_.reset(new (std::nothrow) char[size_ + 1]);
    if (!data_) {
        size_ = 0;
        good_ = false;
        throw_out_of_memory(env);
        return;
    }
    env->GetByteArrayRegion(array, 0, length, reinterpret_cast<jbyte*>(data_.get()));
    data_[size_] = '\0';
}

Bytes::~Bytes() {
    if (data_) wipe(data_.get(), size_);
}

ByteList::ByteList(JNIEnv* env, jobjectArray arrays) {
    if (!arrays) return;
    const jsize length = env->GetArrayLength(arrays);
    items_.reset(new (std::nothrow) std::unique_ptr<Bytes>[static_cast<std::size_t>(length)]);
    good_ = items_ != nullptr;
    for (jsize i = 0; good_ && i < length; ++i) {
        auto array = static_cast<jbyteArray>(env->GetObjectArrayElement(arrays, i));
        items_[size_].reset(new (std::nothrow) Bytes(env, array));
        good_ = items_[size_] && items_[size_]->good();
        env->DeleteLocalRef(array);
        if (good_) ++size_;
    }
    if (!good_ && !env->ExceptionCheck()) throw_out_of_memory(env);
}

Headers::Headers(const ByteList& list) : size_(list.size() / 2) {
    items_.reset(new (std::nothrow) credit_header[size_ + 1]);
    good_ = items_ != nullptr;
    for (std::size_t i = 0; good_ && i < size_; ++i)
        items_[i] = {list.at(2 * i), list.at(2 * i + 1)};
}

jbyteArray make_bytes(JNIEnv* env, credit_str text) {
    const auto length = static_cast<jsize>(text.size);
    jbyteArray array = env->NewByteArray(length);
    if (array && length > 0)
        env->SetByteArrayRegion(array, 0, length, reinterpret_cast<const jbyte*>(text.data));
    return array;
}

jobjectArray make_list(JNIEnv* env, std::size_t size) {
    return env->NewObjectArray(static_cast<jsize>(size), ids.byte_array, nullptr);
}

bool put(JNIEnv* env, jobjectArray list, std::size_t index, credit_str text) {
    jbyteArray array = make_bytes(env, text);
    if (!array) return false;
    env->SetObjectArrayElement(list, static_cast<jsize>(index), array);
    env->DeleteLocalRef(array);
    return !env->ExceptionCheck();
}

void throw_out_of_memory(JNIEnv* env) {
    jclass type = env->FindClass("java/lang/OutOfMemoryError");
    if (type) env->ThrowNew(type, "no native memory");
}

}  // namespace credit::jni

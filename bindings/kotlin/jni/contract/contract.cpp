// Runs the contract of transports (tests/contract/transport_guest.h) on a transport written in Kotlin. What it is asked goes
// through the upcalls that an app's transport gets.
#include "tests/contract/transport_guest.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "ports.h"
#include "upcall.h"

namespace credit::jni {
namespace {

using Run = decltype(&credit_transport_contract_run);

constexpr std::int64_t kTimeOfExceptionsMs = 4'000;

jclass owner = nullptr;
jmethodID made = nullptr;

// The transport of one test: one of the binding's for each bundle that it was told to trust. Requests keep the bundle that they
// were started with.
class Subject {
  public:
    void trust(std::string pem) {
        const std::lock_guard<std::mutex> hold(mutex_);
        auto& kept = kept_[pem];
        if (kept.struct_size == 0) kept = make(pem);
        current_ = kept;
    }

    void start(const credit_http_request* request, credit_http_exchange* exchange) {
        const std::lock_guard<std::mutex> hold(mutex_);
        credit_http_request asked = *request;
        // A test of the list may hang until its time is over; a part of that is enough to fail.
        if (std::getenv("GTEST_FILTER") != nullptr)
            asked.timeout_ms = std::min(asked.timeout_ms, kTimeOfExceptionsMs);
        current_.start(current_.context, &asked, exchange);
    }

    // Whose exchange it is they know themselves.
    void cancel(credit_http_exchange* exchange) {
        const std::lock_guard<std::mutex> hold(mutex_);
        for (const auto& [pem, table] : kept_)
            table.cancel(table.context, exchange);
    }

    ~Subject() {
        for (const auto& [pem, table] : kept_)
            table.release(table.context);
    }

  private:
    static credit_transport make(const std::string& pem) {
        Upcall up;
        JNIEnv* const env = up.env();
        jbyteArray bytes = pem.empty() ? nullptr : make_bytes(env, {pem.data(), pem.size()});
        const jint id = env->CallStaticIntMethod(owner, made, bytes);
        if (env->ExceptionCheck()) {
            env->ExceptionDescribe();
            env->FatalError("no transport could be made");
        }
        return transport_of(id);
    }

    std::mutex mutex_;
    std::map<std::string, credit_transport> kept_;
    credit_transport current_{};
};

// Of the test that runs.
Subject* subject = nullptr;

void make_subject(void*, credit_transport* table) {
    subject = new Subject;
    table->struct_size = sizeof *table;
    table->context = subject;
    table->start = [](void* context, const credit_http_request* request,
                      credit_http_exchange* exchange) {
        static_cast<Subject*>(context)->start(request, exchange);
    };
    table->cancel = [](void* context, credit_http_exchange* exchange) {
        static_cast<Subject*>(context)->cancel(exchange);
    };
    table->release = [](void* context) { delete static_cast<Subject*>(context); };
}

void trust(void*, const char* pem, std::size_t size) {
    subject->trust(std::string(pem, size));
}

std::vector<std::string> texts_of(JNIEnv* env, jobjectArray arrays) {
    const ByteList list(env, arrays);
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < list.size(); ++i)
        texts.emplace_back(list.at(i).data, list.at(i).size);
    return texts;
}

}  // namespace
}  // namespace credit::jni

// `texts`: the transport's name, then names of tests and the reasons why it does not keep them.
extern "C" JNIEXPORT jint JNICALL
Java_com_aarthiklabs_credit_TransportContract_run(JNIEnv* env, jclass type, jobjectArray arrays) {
    using namespace credit::jni;  // NOLINT: one function
    const auto run = reinterpret_cast<Run>(dlsym(RTLD_DEFAULT, "credit_transport_contract_run"));
    owner = type;
    made = env->GetStaticMethodID(type, "made", "([B)I");
    if (run == nullptr || made == nullptr) return -1;
    const std::vector<std::string> texts = texts_of(env, arrays);
    std::vector<credit_transport_exception> exceptions;
    for (std::size_t i = 1; i + 1 < texts.size(); i += 2)
        exceptions.push_back({texts[i].c_str(), texts[i + 1].c_str()});
    credit_transport_guest guest{};
    guest.name = texts.front().c_str();
    guest.make = make_subject;
    guest.trust = trust;
    guest.exceptions = exceptions.data();
    guest.exception_count = exceptions.size();
    return run(&guest);
}

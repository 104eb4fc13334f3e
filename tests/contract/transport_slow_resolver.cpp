#include "tests/contract/transport_slow_resolver.h"

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <mutex>

namespace credit::test {
namespace {

struct State {
    std::mutex mutex;
    std::condition_variable changed;
    bool hanging = false;
    int waiting = 0;
};

State& state() {
    static State* const instance = new State;  // resolver threads may outlive statics
    return *instance;
}

void hang() {
    State& s = state();
    std::unique_lock<std::mutex> hold(s.mutex);
    ++s.waiting;
    s.changed.wait(hold, [&] { return !s.hanging; });
    --s.waiting;
    s.changed.notify_all();
}

}  // namespace

SlowResolver::SlowResolver() {
    const std::lock_guard<std::mutex> hold(state().mutex);
    state().hanging = true;
}

SlowResolver::~SlowResolver() {
    State& s = state();
    std::unique_lock<std::mutex> hold(s.mutex);
    s.hanging = false;
    s.changed.notify_all();
    s.changed.wait(hold, [&] { return s.waiting == 0; });
}

int SlowResolver::waiting() const {
    const std::lock_guard<std::mutex> hold(state().mutex);
    return state().waiting;
}

}  // namespace credit::test

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* name,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    if (name != nullptr && std::strcmp(name, credit::test::kSlowHost) == 0) {
        credit::test::hang();
        return EAI_NONAME;
    }
    return system(name, service, hints, result);
}

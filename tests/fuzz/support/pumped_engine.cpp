#include "tests/fuzz/support/pumped_engine.h"

#include "tests/fuzz/support/check.h"

namespace credit::fuzz {
namespace {

PumpedEngine*& installed() {
    static PumpedEngine* engine = nullptr;
    return engine;
}

Engine*& installed_engine() {
    static Engine* engine = nullptr;
    return engine;
}

}  // namespace

PumpedEngine::PumpedEngine() {
    FUZZ_CHECK(installed() == nullptr);
    installed() = this;
    installed_engine() = &engine_;
}

PumpedEngine::~PumpedEngine() {
    FUZZ_CHECK(jobs_->waiting.empty());
    installed() = nullptr;
    installed_engine() = nullptr;
}

Engine& PumpedEngine::current() {
    FUZZ_CHECK(installed_engine() != nullptr);
    return *installed_engine();
}

bool PumpedEngine::turn() {
    const int before = wakes_->count;
    engine_.run_once(Millis{0});
    bool worked = wakes_->count != before;
    if (!jobs_->waiting.empty()) {
        Executor::Job job = std::move(jobs_->waiting.front());
        jobs_->waiting.pop_front();
        job();
        worked = true;
    }
    return worked;
}

}  // namespace credit::fuzz

// What the linker calls instead of credit::Engine::shared(); the name is the linker's.
// A reference is returned as a pointer.
extern "C" credit::Engine* __wrap__ZN6credit6Engine6sharedEv();
extern "C" credit::Engine* __wrap__ZN6credit6Engine6sharedEv() {
    return &credit::fuzz::PumpedEngine::current();
}

// The engine behind the C API without its threads: whoever holds a PumpedEngine turns it by hand. The linker puts it in the
// place of Engine::shared() (--wrap, fuzz.cmake), so the product's code is the product's, down to the last byte.
#pragma once

#include <memory>

#include "core/engine/engine.h"

namespace credit::fuzz {

class PumpedEngine {
  public:
    PumpedEngine();
    ~PumpedEngine();
    PumpedEngine(const PumpedEngine&) = delete;
    PumpedEngine& operator=(const PumpedEngine&) = delete;

    // One turn of the engine's thread and one job of the storage thread; false: nothing happened.
    bool turn();
    static Engine& current();

  private:
    class Jobs : public Executor {
      public:
        void take(Executor::Jobs jobs) override { waiting.splice(waiting.end(), jobs); }
        Executor::Jobs waiting;
    };
    class Wakes : public Poller {
      public:
        void wait(Millis) override {}
        void wake() override { ++count; }
        int count = 0;
    };

    std::shared_ptr<Jobs> jobs_ = std::make_shared<Jobs>();
    std::shared_ptr<Wakes> wakes_ = std::make_shared<Wakes>();
    Engine engine_{wakes_, jobs_};
};

}  // namespace credit::fuzz

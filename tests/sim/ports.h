// The ports of a simulated process, except the wire.
#pragma once

#include <memory>

#include "core/engine/session_config.h"
#include "tests/sim/process.h"
#include "tests/sim/world.h"

namespace credit::sim {

class SimClock : public Clock {
  public:
    explicit SimClock(World& world) : world_(world) {}
    Now now() noexcept override { return world_.device_now(); }

  private:
    World& world_;
};

class SimEntropy : public Entropy {
  public:
    explicit SimEntropy(std::uint64_t seed) : rng_(seed) {}
    void fill(std::span<std::byte> out) override;

  private:
    Rng rng_;
};

// A session that closes because a check of its own failed is a breach (R36), unless memory was what it lacked.
class SimLogger : public Logger {
  public:
    explicit SimLogger(Process& process) : process_(process) {}
    void log(LogLevel level, std::string_view line) noexcept override;

  private:
    Process& process_;
};

class SimBackground : public Background {
  public:
    explicit SimBackground(Process& process) : process_(process) {}
    std::uint64_t begin() noexcept override;
    void end(std::uint64_t handle) noexcept override;

  private:
    Process& process_;
    std::uint64_t last_ = 0;
};

class SimProvider : public SessionProvider {
  public:
    explicit SimProvider(Process& process) : process_(process) {}
    void provide(const ProviderRequest& request, Completion done) override;

  private:
    void mint(const std::shared_ptr<Completion>& done, std::int64_t asked);
    Process& process_;
};

class SimStore : public SecureStore {
  public:
    explicit SimStore(Process& process) : process_(process) {}
    std::unique_ptr<RecordStore> open_record(const RecordKey& key) override;

  private:
    Process& process_;
};

}  // namespace credit::sim

// One worker's place: a platform and a partner of its own, a device with a store and a clock, and
// the sample on it. Cases follow one another here and share nothing but the servers.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli_world.h"
#include "process.h"
#include "tests/kills/case.h"
#include "tests/kills/journal_format.h"

namespace credit::test {

// What one run of the sample said. A killed one may have said nothing.
struct Answer {
    int exit = -1;
    nlohmann::json json = nlohmann::json::object();
    bool hung = false;
    bool killed() const { return exit == 128 + 9; }
    bool said_ok() const { return json.value("ok", false); }
    std::string name() const;
    bool needs_new_session() const;
    // It worked, and what it said is in the store (R17: a session that is not is "unsaved").
    bool said_done() const;
    std::string text() const;  // without tokens
};

class Device {
  public:
    // What is broken on purpose: one of shim/plan.h, or "forgetful-platform": says replay, but takes
    // a repeated refresh for theft. Empty: nothing.
    explicit Device(std::string breakage);

    // A new borrower's life: empty platform, empty store, right clock. With `journal` the store's
    // changes are written down, for power cuts.
    void begin_case(const std::string& model, bool journal);

    // A run that suffers `fault`; null: none. `listing`: file that gets a line for each call.
    e2e::Process begin(const std::vector<std::string>& arguments, const Fault* fault = nullptr,
                       const std::string& listing = {});
    Answer finish(e2e::Process& process);
    Answer run(const std::vector<std::string>& arguments, const Fault* fault = nullptr,
               const std::string& listing = {});

    // What the runs of this case find on their standard input.
    void set_input(const std::string& text);

    // The device and the platform both.
    void pass_time(std::int64_t ms);
    // Only what was made durable is there afterwards, and the device boots.
    void cut_power(std::uint64_t seed);
    bool has_quarantined_files() const;
    // Whether the shim's part of the last begun fault came to pass.
    bool was_struck() const;
    std::string listing_path() const { return place_.path() + "/calls"; }

    e2e::SandboxDriver& sandbox() { return world_.sandbox; }

  private:
    std::string folder() const { return place_.path() + "/device"; }
    std::string mark_path() const { return place_.path() + "/mark"; }
    std::string input_path() const { return place_.path() + "/input"; }
    std::string journal_path() const { return place_.path() + "/journal"; }

    e2e::TemporaryFolder place_;
    e2e::CliWorld world_;
    DeviceClock* clock_;
    bool forgets_ = false;  // the platform only claims to replay
    bool journal_ = false;
    bool has_input_ = false;
};

}  // namespace credit::test

// An app's own ports for the C API: clock, store, transport, provider, logger, background; all of them under the fuzzer's
// hand, all of them answering exactly once, however late.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "credit/credit.h"
#include "tests/fuzz/support/capi_platform.h"

namespace credit::fuzz {

enum class WireMood {
    answers,
    unsent,
    reply_lost,
    error_500,
    dead,
    limited,
    garbage,
    conflict,
    portal,
    silent
};
enum class ProviderMood { mints, unavailable, silent, garbage, wrong_borrower };

class CapiPorts {
  public:
    CapiPorts();
    CapiPorts(const CapiPorts&) = delete;
    CapiPorts& operator=(const CapiPorts&) = delete;

    credit_config* config() const noexcept { return config_; }
    void release_config();
    // Answers what waits outside; false: nothing did.
    bool deliver();
    // Answers also what was to be silent for ever.
    void deliver_everything();
    bool holds_secret_of(const std::set<std::string>& secrets) const;
    // Every table was let go of and nothing is owed.
    void check_finished() const;

    CapiPlatform platform;
    std::int64_t wall_ms = 1'780'000'000'000;
    std::int64_t elapsed_ms = 5'000'000;
    std::uint64_t boot_id = 77;
    WireMood wire = WireMood::answers;
    ProviderMood provider = ProviderMood::mints;
    credit_store_answer load_answer = CREDIT_STORE_PRESENT;  // PRESENT: the truth
    credit_store_answer replace_answer = CREDIT_STORE_DONE;  // DONE: it happens
    credit_store_answer lock_answer = CREDIT_STORE_DONE;
    bool background_granted = true;
    std::map<std::string, std::string> records;
    int replaced = 0;

  private:
    struct Exchange {
        credit_http_exchange* handle = nullptr;
        WireRequest request;
        bool cancelled = false;
    };
    struct Asked {
        credit_provider_call* call = nullptr;
        std::string borrower;
    };

    static CapiPorts& self(void* context) { return *static_cast<CapiPorts*>(context); }
    static void count_release(void* context) { ++self(context).released_; }
    void set_store();
    void set_transport();
    void set_the_rest();
    void start(const credit_http_request& request, credit_http_exchange* exchange);
    void complete(const Exchange& exchange, const WireReply& reply);
    bool answer(const Exchange& exchange);
    bool answer(const Asked& asked);

    credit_config* config_ = nullptr;
    std::deque<Exchange> exchanges_;
    std::deque<Asked> asked_;
    std::set<std::uint64_t> backgrounds_;
    std::uint64_t last_background_ = 0;
    std::set<std::string> locked_;
    int tables_ = 0;
    int released_ = 0;
};

}  // namespace credit::fuzz

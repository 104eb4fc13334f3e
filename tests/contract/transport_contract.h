// What the core relies on in a Transport and its Poller. Every implementation is held to the same
// list: include this header, link credit_transport_contract_suite, and instantiate the suite with a
// TransportSubject. For one that is written in another language: transport_guest.h.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/ports/clock.h"
#include "core/ports/logger.h"
#include "core/ports/transport.h"
#include "tests/contract/transport_server.h"

namespace credit::test {

// What a factory hands over; `owner` keeps both alive.
struct TransportKit {
    std::shared_ptr<void> owner;
    Transport* transport = nullptr;
    Poller* poller = nullptr;
};

struct TransportSubject {
    std::string name;
    std::function<TransportKit(std::shared_ptr<Clock>, std::shared_ptr<Logger>)> make;
    // What reaches this transport of a request. The C API's table has neither: a configuration with keys to pin is refused
    // for an app's own transport, and connecting has only the whole's limit there.
    bool carries_pins = true;
    bool carries_connect_timeout = true;
    // It has threads of its own, so a request may be on its way when start() returns.
    bool works_by_itself = false;
};
void PrintTo(const TransportSubject& subject, std::ostream* out);

class SettableClock final : public Clock {
  public:
    Now now() noexcept override { return {{0}, {elapsed_ms.load()}, {1}}; }
    std::atomic<std::int64_t> elapsed_ms{1'000};
};

class KeptLog final : public Logger {
  public:
    void log(LogLevel level, std::string_view line) noexcept override;
    std::string text() const;

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

// One variable of the environment, put back at the end.
class EnvironmentVariable {
  public:
    EnvironmentVariable(const char* name, const std::string& value);
    ~EnvironmentVariable();
    EnvironmentVariable(const EnvironmentVariable&) = delete;
    EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

  private:
    const char* name_;
    std::optional<std::string> before_;
};

// One started request and what became of it.
struct Call {
    Transport::RequestID id = 0;
    std::atomic<int> completions{0};
    HttpOutcome outcome;  // valid once completions is not 0
    bool done() const { return completions.load() > 0; }
};

class TransportContract : public ::testing::TestWithParam<TransportSubject> {
  protected:
    // Nothing a test waits for takes longer, however slow the machine.
    static constexpr Millis kDeadline = seconds(30);
    static constexpr const char* kBearer = "st_test_canary_9f2c";

    TransportContract();
    ~TransportContract() override;

    Transport& transport() { return *kit_.transport; }
    Poller& poller() { return *kit_.poller; }
    std::shared_ptr<const TlsSettings> trust(const CertificateAuthority& authority,
                                             std::vector<std::string> pins = {}) const;
    TransportServer::Script tls_script(TransportServer::Answer answer = {}) const;
    // Trusts `authority_`, carries the bearer token.
    HttpRequest request(const std::string& method, const std::string& url,
                        std::string_view body = {}) const;
    HttpRequest fresh_post(const std::string& url, std::string_view body = "{}") const;

    std::shared_ptr<Call> send(HttpRequest request);
    void cancel(const Call& call);
    // Waits on the poller until `done`; a failure of the test when that takes too long.
    bool drive(const std::function<bool()>& done);
    HttpOutcome& finish(const std::shared_ptr<Call>& call);
    HttpOutcome& exchange(HttpRequest request);  // send and finish

    void expect_failure(const HttpOutcome& outcome, HttpFailure failure, bool maybe_sent) const;
    // Of a call that was cancelled right after its start: a transport that works by itself need not know better.
    static bool may_say_sent(const Call& call);
    static std::optional<std::string> header(const HttpOutcome& outcome, std::string_view name);

    std::shared_ptr<SettableClock> clock_ = std::make_shared<SettableClock>();
    std::shared_ptr<KeptLog> log_ = std::make_shared<KeptLog>();
    CertificateAuthority authority_{"contract CA"};
    Identity identity_ = authority_.issue();

  private:
    TransportKit kit_;
    std::atomic<bool> inside_call_{false};
    std::vector<std::shared_ptr<Call>> calls_;
};

}  // namespace credit::test

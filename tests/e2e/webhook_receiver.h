#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "sandbox_driver.h"

namespace httplib {
class SSLServer;
}

namespace credit::e2e {

// A webhook as it arrived: the headers by their documented names, the body byte for byte.
struct ReceivedWebhook {
    std::map<std::string, std::string> headers;
    std::string body;
    nlohmann::json json() const { return nlohmann::json::parse(body); }
    std::string event_id() const { return json()["event_id"]; }
    std::int64_t sequence() const { return json()["sequence"]; }
    std::string status() const { return json()["borrower"]["journeys"][0]["status"]; }
};

// Whether the signature of what arrived is one of this secret.
bool is_signed_with(const ReceivedWebhook& webhook, const std::string& secret);

// A partner's webhook address over TLS, in the test's own process. Answers 200 unless told
// otherwise.
class WebhookReceiver {
  public:
    explicit WebhookReceiver(const std::string& ca_dir);
    WebhookReceiver(const WebhookReceiver&) = delete;
    WebhookReceiver& operator=(const WebhookReceiver&) = delete;
    ~WebhookReceiver();

    std::string url() const;
    void answer(int status);
    // Answers come when let_go() is called.
    void hold();
    void let_go();

    // What arrived so far, once it is at least `count`; throws if it does not become so many.
    std::vector<ReceivedWebhook> wait_for(std::size_t count);
    std::vector<ReceivedWebhook> received() const;

  private:
    std::unique_ptr<httplib::SSLServer> server_;
    std::thread thread_;
    int port_ = 0;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<ReceivedWebhook> received_;
    int status_ = 200;
    bool held_ = false;
};

// A sandbox with a subscriber.
struct WebhookWorld {
    explicit WebhookWorld(std::vector<std::string> arguments = {});

    std::string route(const std::string& verb) const;
    RawReply subscription(const std::string& method, const std::string& verb,
                          const std::string& body = "{}",
                          const std::string& key = test_api_key) const;
    // Follows the journey of the borrower's first session into another state.
    void start(const std::string& borrower);
    void move(const std::string& borrower, const std::string& status);
    // Returns once the sandbox has written down so many attempts, over all deliveries: only then is
    // it known when the next one is due.
    void wait_for_attempts(std::size_t count) const;
    // The deliveries the sandbox tells of, once all of them are in this state.
    nlohmann::json wait_until_all(const std::string& state) const;
    nlohmann::json deliveries() const;
    nlohmann::json deliveries_once(const std::string& what,
                                   const std::function<bool(const nlohmann::json&)>& holds) const;

    TemporaryFolder folder;
    WebhookReceiver receiver;
    std::unique_ptr<SandboxDriver> sandbox;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> journeys;
};

constexpr const char* test_webhook_secret = "whsec_of_the_tests_0123456789";

std::unique_ptr<SandboxDriver> webhook_sandbox(const std::vector<std::string>& arguments);

}  // namespace credit::e2e

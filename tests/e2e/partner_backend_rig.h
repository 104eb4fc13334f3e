#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "process.h"

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace credit::e2e::partner {

// A reply of a server under test. A body that is no JSON is null here.
struct Reply {
    int status = 0;
    nlohmann::json body;
    std::multimap<std::string, std::string> headers;
};

// One request on a fresh connection; the certificate of an https URL is checked against the private
// CA.
Reply call(const std::string& method, const std::string& url, const std::string& ca_file,
           const nlohmann::json& body = nullptr,
           const std::multimap<std::string, std::string>& headers = {});

// A server program of the samples, started and ready; it sees no platform settings of the caller.
class ServerProcess {
  public:
    ServerProcess(const std::string& program, const std::vector<std::string>& arguments,
                  Environment environment);

    const nlohmann::json& ready() const { return ready_; }
    // SIGTERM, then the exit status.
    int stop() { return process_.terminate(); }
    // Until it ends by itself: its exit status, 128 + the signal that ended it.
    int wait() { return process_.wait(); }
    void signal(int number) { process_.signal(number); }
    // Everything it has written so far.
    std::string output() const { return process_.errors() + ready_.dump(); }

  private:
    Process process_;
    nlohmann::json ready_;
};

// The environment of a program that gets its settings from this test only.
Environment without_settings(Environment environment);

// What one request to the fake platform looked like.
struct Seen {
    std::string path;
    std::string authorization;
    std::string idempotency_key;
    std::string correlation_id;
    nlohmann::json body;
};

// A platform in the test's own process that answers whatever the test wants. By default it mints
// and rotates, and replays a refresh by its idempotency key.
class FakePlatform {
  public:
    using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;

    explicit FakePlatform(const std::string& ca_dir);
    FakePlatform(const FakePlatform&) = delete;
    FakePlatform& operator=(const FakePlatform&) = delete;
    ~FakePlatform();

    std::string url() const;
    std::vector<Seen> seen() const;
    // Until reset(), every request is answered like this.
    void answer_with(Handler handler);
    void answer_with(int status, const std::string& body);
    void reset();
    // Refreshes only; sessions are still created.
    void refuse_refresh(int status, const nlohmann::json& body);
    // What is not {0, ...} is the answer to that request.
    using Judge = std::function<std::pair<int, nlohmann::json>(const Seen&)>;
    void refuse_when(Judge judge);
    void slow_down(std::chrono::milliseconds delay);
    void set_life(std::chrono::seconds life);
    std::vector<std::string> tokens() const;

  private:
    void handle(const httplib::Request& request, httplib::Response& response);
    nlohmann::json pair();
    nlohmann::json standard_answer(const std::string& path, const Seen& seen);

    mutable std::mutex mutex_;
    std::unique_ptr<httplib::Server> server_;
    std::thread thread_;
    int port_ = 0;
    Handler handler_;
    std::chrono::seconds life_{1800};
    std::chrono::milliseconds delay_{0};
    Judge judge_;
    std::vector<Seen> seen_;
    std::vector<std::string> tokens_;
    std::map<std::string, nlohmann::json> replays_;
};

std::string read_file(const std::string& path);

nlohmann::json error_envelope(const std::string& code);

}  // namespace credit::e2e::partner

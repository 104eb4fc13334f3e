#include "partner_backend_rig.h"

#include <httplib.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "server_kit/ids.h"
#include "server_kit/iso_time.h"
#include "server_kit/private_ca.h"

namespace credit::e2e::partner {

using nlohmann::json;

Reply call(const std::string& method, const std::string& url, const std::string& ca_file,
           const json& body, const std::multimap<std::string, std::string>& headers) {
    const auto path_begin = url.find('/', url.find("://") + 3);
    httplib::Client client(url.substr(0, path_begin));
    if (url.starts_with("https://")) client.set_ca_cert_path(ca_file);
    client.set_read_timeout(std::chrono::seconds(20));
    httplib::Request request;
    request.method = method;
    request.path = url.substr(path_begin);
    for (const auto& [name, value] : headers)
        request.headers.emplace(name, value);
    if (!body.is_null()) {
        // A string stands for a body that is no JSON.
        request.body = body.is_string() ? body.get<std::string>() : body.dump();
        if (!headers.contains("Content-Type")) {
            request.headers.emplace("Content-Type", "application/json");
        }
    }
    const auto result = client.send(request);
    if (!result) throw std::runtime_error("no reply: " + httplib::to_string(result.error()));
    Reply reply;
    reply.status = result->status;
    reply.body = json::parse(result->body, nullptr, false);
    if (reply.body.is_discarded()) reply.body = nullptr;
    for (const auto& [name, value] : result->headers)
        reply.headers.emplace(name, value);
    return reply;
}

ServerProcess::ServerProcess(const std::string& program, const std::vector<std::string>& arguments,
                             Environment environment)
    : process_(program, arguments, without_settings(std::move(environment))),
      ready_(process_.ready()) {}

Environment without_settings(Environment environment) {
    for (const char* name : {"PLATFORM_BASE_URL", "PLATFORM_API_KEY", "PLATFORM_API_KEYS",
                             "PARTNER_STORAGE_KEY", "PARTNER_WEBHOOK_SECRETS"}) {
        environment.try_emplace(name, std::nullopt);
    }
    return environment;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

FakePlatform::FakePlatform(const std::string& ca_dir) {
    const kit::TlsIdentity identity = kit::make_or_take_identity(ca_dir, "fake-platform");
    server_ =
        std::make_unique<httplib::SSLServer>(identity.cert_file.c_str(), identity.key_file.c_str());
    server_->Post(".*", [this](const auto& request, auto& response) { handle(request, response); });
    server_->set_keep_alive_timeout(1);
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running())
        std::this_thread::yield();
}

FakePlatform::~FakePlatform() {
    server_->stop();
    thread_.join();
}

std::string FakePlatform::url() const {
    return "https://127.0.0.1:" + std::to_string(port_);
}

std::vector<Seen> FakePlatform::seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
}

std::vector<std::string> FakePlatform::tokens() const {
    const std::lock_guard lock(mutex_);
    return tokens_;
}

void FakePlatform::answer_with(Handler handler) {
    const std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
}

void FakePlatform::answer_with(int status, const std::string& body) {
    answer_with([status, body](const httplib::Request&, httplib::Response& response) {
        response.status = status;
        response.set_content(body, "text/plain");
    });
}

void FakePlatform::reset() {
    answer_with(Handler());
}

void FakePlatform::set_life(std::chrono::seconds life) {
    const std::lock_guard lock(mutex_);
    life_ = life;
}

void FakePlatform::refuse_refresh(int status, const json& body) {
    refuse_when([status, body](const Seen& seen) -> std::pair<int, json> {
        if (!seen.path.ends_with("/refresh")) return {0, nullptr};
        return {status, body};
    });
}

void FakePlatform::refuse_when(Judge judge) {
    const std::lock_guard lock(mutex_);
    judge_ = std::move(judge);
}

void FakePlatform::slow_down(std::chrono::milliseconds delay) {
    const std::lock_guard lock(mutex_);
    delay_ = delay;
}

void FakePlatform::handle(const httplib::Request& request, httplib::Response& response) {
    const Seen seen{request.path, request.get_header_value("Authorization"),
                    request.get_header_value("Idempotency-Key"),
                    request.get_header_value("X-Correlation-ID"),
                    json::parse(request.body, nullptr, false)};
    std::unique_lock lock(mutex_);
    seen_.push_back(seen);
    const auto delay = delay_;
    lock.unlock();
    std::this_thread::sleep_for(delay);
    lock.lock();
    if (handler_) return handler_(request, response);
    if (const auto [status, body] = judge_ ? judge_(seen) : std::pair<int, json>{}; status != 0) {
        response.status = status;
        return response.set_content(body.dump(), "application/json");
    }
    const std::string replay = seen.authorization + seen.idempotency_key;
    if (!replays_.contains(replay)) replays_[replay] = standard_answer(request.path, seen);
    response.set_content(replays_[replay].dump(), "application/json");
}

json FakePlatform::pair() {
    const std::string number = kit::random_token(24);
    const auto now = kit::real_now_ms();
    const auto life_ms = std::chrono::duration_cast<std::chrono::milliseconds>(life_).count();
    tokens_.push_back("st_test_a_" + number);
    tokens_.push_back("rt_test_a_" + number);
    return {{"sessionToken", "st_test_a_" + number},
            {"refreshToken", "rt_test_a_" + number},
            {"sessionExpiresAt", kit::iso8601_ms(now + life_ms)},
            {"refreshExpiresAt", kit::iso8601_ms(now + 604800000)}};
}

json FakePlatform::standard_answer(const std::string& path, const Seen& seen) {
    json data = pair();
    if (!path.ends_with("/refresh")) {
        const std::string borrower = seen.body.value("borrowerExternalID", "");
        data["borrowerExternalID"] = borrower;
        data["borrowerID"] = "id-of-" + borrower;
        data["activeJourney"] = {{"journeyID", "journey-of-" + borrower},
                                 {"status", "IN_PROGRESS"},
                                 {"nextAction", nullptr}};
    }
    return {{"requestID", "req_" + std::to_string(seen_.size())},
            {"correlationID", seen.correlation_id},
            {"timestamp", kit::iso8601_ms(kit::real_now_ms())},
            {"data", data},
            {"error", nullptr}};
}

json error_envelope(const std::string& code) {
    return {{"requestID", "req_E"},
            {"correlationID", nullptr},
            {"timestamp", "2026-03-05T16:10:10.123Z"},
            {"data", nullptr},
            {"error",
             {{"code", code},
              {"message", "refused"},
              {"retryable", false},
              {"details", json::object()}}}};
}

}  // namespace credit::e2e::partner

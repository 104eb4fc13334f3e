#include "webhook_receiver.h"

#include <httplib.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "server_kit/ids.h"
#include "server_kit/private_ca.h"

namespace credit::e2e {
namespace {

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& rest) {
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

}  // namespace

bool is_signed_with(const ReceivedWebhook& webhook, const std::string& secret) {
    const std::string message = webhook.headers.at("X-AL-Webhook-Timestamp") + "." + webhook.body;
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), code, &size);
    const std::string bytes(reinterpret_cast<const char*>(code), size);
    return webhook.headers.at("X-AL-Webhook-Signature") == kit::hex(bytes);
}

WebhookReceiver::WebhookReceiver(const std::string& ca_dir) {
    const auto identity = kit::make_or_take_identity(ca_dir, "webhook-receiver");
    server_ =
        std::make_unique<httplib::SSLServer>(identity.cert_file.c_str(), identity.key_file.c_str());
    const httplib::Server::Handler receive = [this](const httplib::Request& request,
                                                    httplib::Response& response) {
        ReceivedWebhook webhook;
        for (const auto& [name, value] : request.headers)
            webhook.headers[name] = value;
        webhook.body = request.body;
        std::unique_lock lock(mutex_);
        received_.push_back(std::move(webhook));
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        response.status = status_;
        if (status_ / 100 == 3) response.set_header("Location", "/elsewhere");
    };
    server_->Post(".*", receive);
    port_ = server_->bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running())
        std::this_thread::yield();
}

WebhookReceiver::~WebhookReceiver() {
    let_go();
    server_->stop();
    thread_.join();
}

std::string WebhookReceiver::url() const {
    return "https://127.0.0.1:" + std::to_string(port_) + "/hook?of=test";
}

void WebhookReceiver::answer(int status) {
    const std::lock_guard lock(mutex_);
    status_ = status;
}

void WebhookReceiver::hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void WebhookReceiver::let_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
}

std::vector<ReceivedWebhook> WebhookReceiver::wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    const auto enough = [&] { return received_.size() >= count; };
    if (!changed_.wait_for(lock, default_patience, enough)) {
        throw std::runtime_error("only " + std::to_string(received_.size()) + " webhooks came");
    }
    return received_;
}

std::vector<ReceivedWebhook> WebhookReceiver::received() const {
    const std::lock_guard lock(mutex_);
    return received_;
}

std::unique_ptr<SandboxDriver> webhook_sandbox(const std::vector<std::string>& arguments) {
    return std::make_unique<SandboxDriver>(
        arguments, Environment{{"CREDIT_SANDBOX_API_KEYS", test_api_key},
                               {"CREDIT_SANDBOX_WEBHOOK_SECRET", test_webhook_secret}});
}

WebhookWorld::WebhookWorld(std::vector<std::string> more)
    : receiver(folder.path() + "/ca"),
      arguments(joined({"--ca-dir", folder.path() + "/ca"}, more)) {
    sandbox = webhook_sandbox(arguments);
    // Journeys move when a test says so.
    sandbox->set({{"journeys_move", false}});
    const auto reply =
        subscription("POST", "subscribe", nlohmann::json{{"url", receiver.url()}}.dump());
    if (reply.status != 200) throw std::runtime_error("no subscription: " + reply.bytes);
}

std::string WebhookWorld::route(const std::string& verb) const {
    return "/api/tenants/" + sandbox->ready()["tenant_id"].get<std::string>() + "/applications/" +
           sandbox->ready()["application_id"].get<std::string>() + "/webhooks/" + verb;
}

RawReply WebhookWorld::subscription(const std::string& method, const std::string& verb,
                                    const std::string& body, const std::string& key) const {
    return raw_request(
        sandbox->url(), sandbox->ca_file(),
        {method, route(verb), {{"Authorization", "Bearer " + key}}, method == "GET" ? "" : body});
}

void WebhookWorld::start(const std::string& borrower) {
    const auto reply = sandbox->start(borrower, "start-" + borrower);
    journeys[borrower] = reply.json()["data"]["activeJourney"]["journeyID"];
}

void WebhookWorld::move(const std::string& borrower, const std::string& status) {
    sandbox->admin("POST", "/journeys", {{"journeyID", journeys.at(borrower)}, {"status", status}});
}

nlohmann::json WebhookWorld::deliveries() const {
    return sandbox->admin("GET", "/webhooks/deliveries")["deliveries"];
}

nlohmann::json WebhookWorld::deliveries_once(
    const std::string& what, const std::function<bool(const nlohmann::json&)>& holds) const {
    const auto deadline = std::chrono::steady_clock::now() + default_patience;
    for (;;) {
        auto all = deliveries();
        if (holds(all)) return all;
        if (std::chrono::steady_clock::now() > deadline) {
            throw std::runtime_error("not " + what + ": " + all.dump());
        }
        std::this_thread::yield();
    }
}

nlohmann::json WebhookWorld::wait_until_all(const std::string& state) const {
    return deliveries_once("all " + state, [&](const nlohmann::json& all) {
        return std::all_of(all.begin(), all.end(),
                           [&](const auto& one) { return one["state"] == state; });
    });
}

void WebhookWorld::wait_for_attempts(std::size_t count) const {
    deliveries_once(std::to_string(count) + " attempts", [&](const nlohmann::json& all) {
        std::size_t attempts = 0;
        for (const auto& one : all)
            attempts += one["attempts"].size();
        return attempts >= count;
    });
}

}  // namespace credit::e2e

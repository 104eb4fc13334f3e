#include "sandbox/webhook_sender.h"

#include <httplib.h>

#include <chrono>

#include "sandbox/webhook_url.h"

namespace credit::sandbox {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr std::size_t max_answer = std::size_t{64} * 1024;

void tighten(httplib::Client& client, const std::string& ca_file) {
    client.set_connection_timeout(patience);
    client.set_read_timeout(patience);
    client.set_write_timeout(patience);
    client.set_keep_alive(false);
    client.set_follow_location(false);
    client.set_decompress(false);
    client.set_tcp_nodelay(true);
    if (!ca_file.empty()) client.set_ca_cert_path(ca_file);
    client.enable_server_certificate_verification(true);
}

httplib::Request to_request(const std::string& target, const WebhookSender::Headers& headers,
                            const std::string& body) {
    httplib::Request request;
    request.method = "POST";
    request.path = target;
    request.body = body;
    for (const auto& [name, value] : headers)
        request.headers.emplace(name, value);
    // What a receiver says beside its status is of no interest, but it must not fill the memory.
    request.content_receiver = [seen = std::size_t{0}](const char*, std::size_t size, std::uint64_t,
                                                       std::uint64_t) mutable {
        seen += size;
        return seen <= max_answer;
    };
    return request;
}

}  // namespace

WebhookAnswer WebhookSender::post(const std::string& url, const Headers& headers,
                                  const std::string& body) {
    const WebhookUrl address = parse_webhook_url(url);
    const auto client = std::make_shared<httplib::Client>(address.origin);
    tighten(*client, ca_file_);
    {
        const std::lock_guard lock(mutex_);
        if (stopped_) return {0, "the sandbox is ending"};
        client_ = client;
    }
    const httplib::Request request = to_request(address.target, headers, body);
    const httplib::Result result = client->send(request);
    const std::lock_guard lock(mutex_);
    client_.reset();
    if (result) return {result->status, ""};
    return {0, httplib::to_string(result.error())};
}

void WebhookSender::stop() {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    if (client_) client_->stop();
}

}  // namespace credit::sandbox

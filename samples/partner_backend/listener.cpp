#include "partner_backend/listener.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <stdexcept>

namespace credit::partner {

namespace {

constexpr std::size_t kMaxRequest = std::size_t{64} * 1024;
// More than the app's connections of a stress run; each waits most of its time for the platform.
constexpr std::size_t kThreads = 32;
constexpr int kWaitingConnections = 256;
constexpr std::size_t kRequestsPerConnection = 1000;
// Short, because stopping waits for idle connections.
constexpr time_t kIdleSeconds = 1;

bool load(SSL_CTX& context, const kit::TlsIdentity& identity) {
    return SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_use_certificate_chain_file(&context, identity.cert_file.c_str()) == 1 &&
           SSL_CTX_use_PrivateKey_file(&context, identity.key_file.c_str(), SSL_FILETYPE_PEM) == 1;
}

std::string error_text(int status) {
    if (status == 404) return R"({"error":"Not found."})";
    if (status == 413) return R"({"error":"Request too large."})";
    return status >= 500 ? R"({"error":"Internal error."})" : R"({"error":"Bad request."})";
}

void harden(httplib::Server& server) {
    server.set_payload_max_length(kMaxRequest);
    server.set_keep_alive_max_count(kRequestsPerConnection);
    server.set_keep_alive_timeout(kIdleSeconds);
    server.set_tcp_nodelay(true);
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_default_headers({{"Cache-Control", "no-store"}});
    server.set_error_handler([](const httplib::Request&, httplib::Response& response) {
        if (response.body.empty())
            response.set_content(error_text(response.status), "application/json");
    });
    // The library would write the exception's text into a header.
    server.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr error) {
            try {
                std::rethrow_exception(std::move(error));
            } catch (const std::exception& known) {
                spdlog::error("request failed: {}", known.what());
            } catch (...) {
                spdlog::error("request failed");
            }
            response.status = 500;
        });
}

}  // namespace

Listener::Listener() : server_(std::make_unique<httplib::Server>()) {
    harden(*server_);
}

Listener::Listener(const kit::TlsIdentity& identity)
    : server_(std::make_unique<httplib::SSLServer>(
          [&identity](SSL_CTX& context) { return load(context, identity); })) {
    if (!server_->is_valid()) throw std::runtime_error("TLS: certificate or key cannot be used");
    harden(*server_);
    watch_socket();
}

// Not the library's defaults: they let two servers share a port and split its requests, and leave
// room for five connections to wait, so that the sixth of a burst is a second late.
void Listener::watch_socket() {
    server_->set_socket_options([this](socket_t socket) {
        const int on = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        socket_ = socket;
    });
}

Listener::~Listener() {
    stop();
}

int Listener::start(const std::string& host, int port) {
    const bool any = port == 0;
    const int bound =
        any ? server_->bind_to_any_port(host) : (server_->bind_to_port(host, port) ? port : -1);
    if (bound <= 0) {
        throw std::runtime_error("cannot listen on " + host + ":" + std::to_string(port));
    }
    ::listen(socket_, kWaitingConnections);  // on a listening socket this sets the room anew
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running())
        std::this_thread::yield();
    return bound;
}

void Listener::stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
}

}  // namespace credit::partner

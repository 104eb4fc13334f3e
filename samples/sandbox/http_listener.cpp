#include "sandbox/http_listener.h"

#include <sys/socket.h>

#include <chrono>
#include <stdexcept>

#include "server_kit/shutdown.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_requests_per_connection = 10000;
constexpr int backlog = 1024;
constexpr std::chrono::seconds patience_at_the_end{3};

// Binds and tells the port, 0 if it is not to be had.
int bind_server(httplib::Server& server, const std::string& host, int port) {
    if (port == 0) return std::max(0, server.bind_to_any_port(host));
    return server.bind_to_port(host, port) ? port : 0;
}

// The library does not read a body where HTTP gives it no meaning; what is left of it would be taken
// for the next request of the connection.
void end_connection_if_unread(const httplib::Request& request, httplib::Response& response) {
    const bool read = request.method == "POST" || request.method == "PUT" ||
                      request.method == "PATCH" || request.method == "DELETE";
    const auto length = request.get_header_value("Content-Length");
    const bool has_body =
        (!length.empty() && length != "0") || request.has_header("Transfer-Encoding");
    if (!read && has_body) response.set_header("Connection", "close");
}

}  // namespace

HttpListener::HttpListener(httplib::Server& server, httplib::Server::Handler handler,
                           const std::string& host, int port, std::size_t threads)
    : server_(server) {
    install(std::move(handler), threads);
    socket_t listening = INVALID_SOCKET;
    // The library's own options would let a second program take the same port unnoticed.
    server_.set_socket_options([&listening](socket_t socket) {
        const int yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        listening = socket;
    });
    port_ = bind_server(server_, host, port);
    if (port_ == 0) {
        throw std::runtime_error("cannot listen on " + host + " port " + std::to_string(port));
    }
    // The library asks for a queue of 5, too short for a crowd of clients.
    ::listen(listening, backlog);
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running())
        std::this_thread::yield();
}

HttpListener::~HttpListener() {
    stop();
}

void HttpListener::install(httplib::Server::Handler handler, std::size_t threads) {
    server_.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
    server_.set_keep_alive_max_count(max_requests_per_connection);
    server_.set_tcp_nodelay(true);
    const httplib::Server::Handler counted = [this, handler = std::move(handler)](
                                                 const httplib::Request& request,
                                                 httplib::Response& response) {
        under_way_.begin(&request);
        handler(request, response);
        end_connection_if_unread(request, response);
    };
    // A dot would leave out line ends, which a path may have in its decoded form.
    constexpr const char* any = "[\\s\\S]*";
    server_.Get(any, counted).Post(any, counted).Put(any, counted).Patch(any, counted);
    server_.Delete(any, counted).Options(any, counted);
    // Called once the reply is written.
    server_.set_logger([this](const httplib::Request& request, const httplib::Response&) {
        under_way_.end(&request);
    });
}

void HttpListener::stop() {
    if (!thread_.joinable()) return;
    server_.stop();
    under_way_.wait(patience_at_the_end);
    kit::hang_up_connections();
    thread_.join();
}

}  // namespace credit::sandbox

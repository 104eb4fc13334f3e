#include "sandbox/admin_server.h"

#include <httplib.h>
#include <openssl/crypto.h>

#include <charconv>
#include <stdexcept>

#include "sandbox/http_listener.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr std::size_t max_body = 1024 * 1024;
constexpr std::size_t token_size = 32;
constexpr std::size_t threads = 16;

// The path behind "/<token>"; empty if the token is not the right one.
std::string without_token(const std::string& path, const std::string& token) {
    const std::string prefix = "/" + token;
    if (path.size() <= prefix.size()) return {};
    if (CRYPTO_memcmp(path.data(), prefix.data(), prefix.size()) != 0) return {};
    return path.substr(prefix.size());
}

std::int64_t since(const httplib::Request& request) {
    if (!request.has_param("since")) return 0;
    const std::string text = request.get_param_value("since");
    std::int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) {
        throw std::invalid_argument("since must be a whole number");
    }
    return value;
}

void reply_with(httplib::Response& response, int status, const nlohmann::ordered_json& json) {
    response.status = status;
    response.set_header("Cache-Control", "no-store");
    response.set_content(json.dump() + "\n", "application/json");
}

std::string parameter(const httplib::Request& request, const char* name) {
    return request.has_param(name) ? request.get_param_value(name) : "";
}

bool show_inspector(HostedParts& hosted, const std::string& path, const httplib::Request& request,
                    httplib::Response& response) {
    const auto reply = hosted.inspect({request.method, path, parameter(request, "view"),
                                       parameter(request, "before"), parameter(request, "search"),
                                       parameter(request, "correlation"),
                                       request.get_header_value("If-None-Match")});
    if (!reply) return false;
    response.status = reply->status;
    for (const auto& [name, value] : reply->headers)
        response.set_header(name, value);
    if (reply->status != 304) response.set_content(reply->body, reply->content_type);
    return true;
}

void serve(AdminApi& api, HostedParts& hosted, const std::string& token,
           const httplib::Request& request, httplib::Response& response) {
    try {
        if (!is_for_this_server(request.get_header_value("Host"),
                                request.get_header_value("Origin"), request.local_port)) {
            return reply_with(response, 403, {{"error", "meant for another host"}});
        }
        const std::string path = without_token(request.path, token);
        if (path.empty()) throw std::out_of_range("not found");
        if (show_inspector(hosted, path, request, response)) return;
        const auto body =
            request.body.empty() ? nlohmann::json::object() : nlohmann::json::parse(request.body);
        if (const auto json = hosted.admin(request.method + " " + path, body)) {
            return reply_with(response, 200, *json);
        }
        const auto answer = api.answer(request.method, path, body, since(request));
        if (path == "/reset") hosted.reset();
        reply_with(response, 200, answer);
    } catch (const std::out_of_range& problem) {
        reply_with(response, 404, {{"error", problem.what()}});
    } catch (const std::invalid_argument& problem) {
        reply_with(response, 400, {{"error", problem.what()}});
    } catch (const nlohmann::json::exception& problem) {
        reply_with(response, 400, {{"error", problem.what()}});
    } catch (const std::exception& problem) {
        reply_with(response, 500, {{"error", problem.what()}});
    }
}

}  // namespace

struct AdminServer::Listener {
    Listener() : token(kit::random_token(token_size)) { server.set_payload_max_length(max_body); }

    const std::string token;
    httplib::Server server;
    std::unique_ptr<HttpListener> http;
};

AdminServer::AdminServer(AdminApi& api, HostedParts& hosted, int port)
    : listener_(std::make_unique<Listener>()) {
    listener_->http = std::make_unique<HttpListener>(
        listener_->server,
        [&api, &hosted, token = listener_->token](const httplib::Request& request,
                                                  httplib::Response& response) {
            serve(api, hosted, token, request, response);
        },
        loopback, port, threads);
}

AdminServer::~AdminServer() = default;

std::string AdminServer::url() const {
    return std::string("http://") + loopback + ":" + std::to_string(listener_->http->port()) + "/" +
           listener_->token;
}

void AdminServer::stop() {
    listener_->http->stop();
}

}  // namespace credit::sandbox

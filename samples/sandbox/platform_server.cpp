#include "sandbox/platform_server.h"

#include <httplib.h>

#include <chrono>
#include <stdexcept>

#include "sandbox/http_listener.h"
#include "sandbox/lender_pages.h"
#include "sandbox/wire.h"
#include "server_kit/access_log.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_body = 64 * 1024;
// Many requests may be held back at once; the others shall still be served.
constexpr std::size_t threads = 128;

std::optional<std::string> header(const httplib::Request& request, const char* name) {
    if (!request.has_header(name)) return std::nullopt;
    return request.get_header_value(name);
}

Call to_call(const httplib::Request& request) {
    Call call;
    call.method = request.method;
    call.path = request.path;
    call.body = request.body;
    call.authorization = header(request, "Authorization");
    call.api_key = header(request, "X-API-Key");
    call.idempotency_key = header(request, "Idempotency-Key");
    call.sent_correlation_id = header(request, "X-Correlation-ID");
    call.api_version = header(request, "X-AL-API-Version");
    // Given twice, it is not one of the types.
    for (std::size_t i = 0; i < request.get_param_value_count("type"); ++i) {
        call.type_filter = call.type_filter.value_or("") + request.get_param_value("type", i);
    }
    return call;
}

void fill(httplib::Response& response, const Reply& reply) {
    response.status = reply.status;
    for (const auto& [name, value] : reply.headers)
        response.set_header(name, value);
    response.set_content(reply.body, reply.content_type);
}

// The reply as it would go over the wire, but only the first half of its body.
std::string first_half(const Reply& reply) {
    // The reason phrase may be empty.
    std::string bytes = "HTTP/1.1 " + std::to_string(reply.status) + " \r\n";
    for (const auto& [name, value] : reply.headers)
        bytes += name + ": " + value + "\r\n";
    bytes += "Content-Type: " + reply.content_type + "\r\n";
    bytes += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n\r\n";
    return bytes + reply.body.substr(0, reply.body.size() / 2);
}

void deliver(const httplib::Request& request, httplib::Response& response,
             const Delivery& delivery) {
    switch (delivery.ending) {
        case Ending::whole:
            fill(response, delivery.reply);
            return;
        case Ending::dropped:
            close_connection(request.ssl);
            break;
        case Ending::reset:
            reset_connection(request.ssl);
            break;
        case Ending::half:
            send_and_close(request.ssl, first_half(delivery.reply));
            break;
    }
    response.status = 500;
    response.set_header("Connection", "close");
}

void serve_page(LenderPages& pages, const httplib::Request& request, httplib::Response& response) {
    const auto started = kit::real_now_ms();
    const auto outcome = request.has_param("outcome") ? request.get_param_value("outcome") : "";
    const LenderPages::Page page = pages.answer(request.method, request.path, outcome);
    response.status = page.status;
    response.set_header("Cache-Control", "no-store");
    response.set_header("Referrer-Policy", "no-referrer");
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                        "frame-ancestors 'none'");
    response.set_content(page.html, "text/html; charset=utf-8");
    // The rest of the path is what the page is protected by.
    kit::log_request(request.method, "/lender", page.status, "", "", "",
                     kit::real_now_ms() - started);
}

bool serve_hosted_page(HostedParts& hosted, const httplib::Request& request,
                       httplib::Response& response) {
    const auto application =
        request.has_param("application_id") ? request.get_param_value("application_id") : "";
    const auto page = hosted.page(request.method, request.path, application);
    if (page) fill(response, *page);
    return page.has_value();
}

void serve(PlatformApi& api, HostedParts& hosted, const httplib::Request& request,
           httplib::Response& response) {
    const auto started = kit::real_now_ms();
    const auto clock_start = std::chrono::steady_clock::now();
    Call call = to_call(request);
    const Delivery delivery = api.answer(call);
    deliver(request, response, delivery);
    hosted.note_timing(call.request_id, std::chrono::steady_clock::now() - clock_start);
    const int status = delivery.ending == Ending::whole ? delivery.reply.status : 0;
    kit::log_request(call.method, call.path, status, call.request_id, call.correlation_id,
                     call.journey_id, kit::real_now_ms() - started);
}

Refusal reason_for(int status) {
    if (status == 413) {
        return {413,
                "VALIDATION_FAILED",
                "The body is larger than 64 KiB.",
                false,
                {{"field", "body"}}};
    }
    const int shown = status >= 400 ? status : 400;
    return {shown,
            "VALIDATION_FAILED",
            "The HTTP library cannot take this request.",
            false,
            {{"field", "request"}}};
}

// The library turns some requests away by itself; they get an envelope, too.
httplib::Server::HandlerResponse turn_away(PlatformApi& api, const httplib::Request& request,
                                           httplib::Response& response) {
    // What has been answered already, an API call or a page, is left as it is.
    if (response.has_header("Date") || response.has_header("Connection") ||
        !response.body.empty()) {
        return httplib::Server::HandlerResponse::Unhandled;
    }
    Call call = to_call(request);
    call.body.clear();
    // With a method it has never heard of the library leaves the path alone.
    if (call.path.empty()) call.path = request.target.substr(0, request.target.find('?'));
    const Reply reply = api.turn_away(call, reason_for(response.status));
    fill(response, reply);
    // Nobody knows how much of it has been read.
    response.set_header("Connection", "close");
    kit::log_request(call.method, call.path, reply.status, call.request_id, call.correlation_id, "",
                     0);
    return httplib::Server::HandlerResponse::Handled;
}

void prepare(httplib::Server& server, PlatformApi& api) {
    server.set_payload_max_length(max_body);
    const httplib::Server::HandlerWithResponse turned_away = [&api](const httplib::Request& request,
                                                                    httplib::Response& response) {
        return turn_away(api, request, response);
    };
    server.set_error_handler(turned_away);
}

}  // namespace

struct PlatformServer::Listener {
    Listener(PlatformApi& api, const kit::TlsIdentity& identity)
        : server(identity.cert_file.c_str(), identity.key_file.c_str()) {
        if (!server.is_valid()) throw std::runtime_error("the server certificate is not usable");
        prepare(server, api);
    }

    httplib::SSLServer server;
    std::unique_ptr<HttpListener> http;
};

PlatformServer::PlatformServer(PlatformApi& api, HostedParts& hosted,
                               const kit::TlsIdentity& identity, const std::string& host, int port)
    : listener_(std::make_unique<Listener>(api, identity)) {
    listener_->http = std::make_unique<HttpListener>(
        listener_->server,
        [&api, &hosted, pages = std::make_shared<LenderPages>(api.sandbox())](
            const httplib::Request& request, httplib::Response& response) {
            if (LenderPages::has(request.path)) {
                serve_page(*pages, request, response);
            } else if (!serve_hosted_page(hosted, request, response)) {
                serve(api, hosted, request, response);
            }
        },
        host, port, threads);
}

PlatformServer::~PlatformServer() = default;

int PlatformServer::port() const {
    return listener_->http->port();
}

void PlatformServer::stop() {
    listener_->http->stop();
}

}  // namespace credit::sandbox

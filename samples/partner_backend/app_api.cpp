#include "partner_backend/app_api.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <thread>

#include "partner_backend/header_rules.h"
#include "partner_backend/json_text.h"
#include "server_kit/access_log.h"
#include "server_kit/ids.h"

namespace credit::partner {

namespace {

constexpr const char* kJson = "application/json";
constexpr const char* kProxyPage = "<html><body><h1>Proxy error</h1></body></html>";

// A header sent twice is nobody's: proxies disagree on which one counts.
std::string only_value(const httplib::Request& request, const char* name) {
    return request.get_header_value_count(name) == 1 ? request.get_header_value(name) : "";
}

std::string correlation_id_of(const httplib::Request& request) {
    const std::string given = only_value(request, "X-Correlation-ID");
    return is_valid_correlation_id(given) ? given : kit::new_uuid();
}

std::string idempotency_key_of(const httplib::Request& request) {
    const std::string given = only_value(request, "Idempotency-Key");
    return is_valid_idempotency_key(given) ? given : std::string();
}

std::int64_t ms_since(std::chrono::steady_clock::time_point begin) {
    const auto spent = std::chrono::steady_clock::now() - begin;
    return std::chrono::duration_cast<std::chrono::milliseconds>(spent).count();
}

Answer unauthorized() {
    return refused(401, "Unauthorized.");
}

}  // namespace

void AppApi::serve_on(httplib::Server& server) {
    server.Post("/api/credit/session",
                handler("session", [this](const auto& caller, const auto& body) {
                    ++backend_.counters.session_requests;
                    return backend_.session_route.answer(caller, body);
                }));
    server.Post("/api/credit/hosted-session",
                handler("hosted", [this](const auto& caller, const auto& body) {
                    ++backend_.counters.hosted_requests;
                    return backend_.hosted_route.answer(caller, body);
                }));
    server.Post("/api/credit/webhooks",
                [this](const auto& request, auto& response) { handle_webhook(request, response); });
    server.Post("/api/credit/session/refresh",
                handler("refresh", [this](const auto& caller, const auto& body) {
                    ++backend_.counters.refresh_requests;
                    return backend_.refresh_route.answer(caller, body);
                }));
}

httplib::Server::Handler AppApi::handler(const std::string& name, Route route) {
    return [this, name, route = std::move(route)](const httplib::Request& request,
                                                  httplib::Response& response) {
        handle(name, route, request, response);
    };
}

void AppApi::handle(const std::string& name, const Route& route, const httplib::Request& request,
                    httplib::Response& response) {
    const std::string correlation_id = correlation_id_of(request);
    respond(name, request, response, correlation_id,
            [&] { return answer(name, route, request, correlation_id, response); });
}

// The platform signs in here with its signature, and with nothing else.
void AppApi::handle_webhook(const httplib::Request& request, httplib::Response& response) {
    respond("webhook", request, response, correlation_id_of(request), [&] {
        return backend_.webhook_route.answer(
            {only_value(request, "X-AL-Webhook-Timestamp"),
             only_value(request, "X-AL-Webhook-Signature"), only_value(request, "Content-Type"),
             only_value(request, "Content-Encoding"), request.body});
    });
}

void AppApi::respond(const std::string& name, const httplib::Request& request,
                     httplib::Response& response, const std::string& correlation_id,
                     const std::function<Answer()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    Answer answered;
    try {
        answered = work();
    } catch (const std::exception& error) {
        spdlog::error("{} failed: {} correlationID={}", name, kit::redact(error.what()),
                      kit::redact(correlation_id));
        answered = refused(500, "Internal error.");
    }
    response.status = answered.status;
    response.set_header("X-Correlation-ID", correlation_id);
    if (!answered.retry_after.empty()) response.set_header("Retry-After", answered.retry_after);
    if (response.body.empty()) response.set_content(to_text(answered.body), kJson);
    kit::log_request(request.method, request.path, answered.status, answered.request_id,
                     correlation_id, answered.journey_id, ms_since(begin));
}

Answer AppApi::answer(const std::string& name, const Route& route, const httplib::Request& request,
                      const std::string& correlation_id, httplib::Response& response) {
    const auto fault = backend_.faults.take(name);
    if (fault) {
        std::this_thread::sleep_for(std::chrono::milliseconds(fault->delay_ms));
        if (fault->html) response.set_content(kProxyPage, "text/html");
        if (fault->kind == Fault::Kind::unauthorized) return unauthorized();
        if (fault->kind == Fault::Kind::status) return refused(fault->status, "Injected fault.");
    }
    const auto borrower = backend_.users.borrower_of(only_value(request, "Authorization"));
    if (!borrower) {
        ++backend_.counters.unauthorized;
        return unauthorized();
    }
    return route({*borrower, correlation_id, idempotency_key_of(request)}, request.body);
}

}  // namespace credit::partner

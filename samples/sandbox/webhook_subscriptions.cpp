#include "sandbox/webhook_subscriptions.h"

#include <stdexcept>
#include <string_view>
#include <vector>

#include "sandbox/authentication.h"
#include "sandbox/dispatch.h"
#include "sandbox/envelope.h"
#include "sandbox/rate_limit.h"
#include "sandbox/validation.h"
#include "sandbox/webhook_url.h"
#include "server_kit/ids.h"

namespace credit::sandbox {

namespace {

struct Scope {
    std::string tenant_id;
    std::string application_id;
    std::string verb;
};

std::vector<std::string> segments(std::string_view path) {
    std::vector<std::string> parts;
    while (!path.empty() && path.front() == '/') {
        path.remove_prefix(1);
        const auto end = path.find('/');
        parts.emplace_back(path.substr(0, end));
        path = end == path.npos ? std::string_view{} : path.substr(end);
    }
    return parts;
}

std::optional<Scope> scope_of(const std::string& path) {
    const auto parts = segments(path);
    if (parts.size() != 7 || parts[0] != "api" || parts[1] != "tenants" ||
        parts[3] != "applications" || parts[5] != "webhooks") {
        return std::nullopt;
    }
    return Scope{parts[2], parts[4], parts[6]};
}

// The caller's application, if the path is about it.
Application allowed(Work& work, const Scope& scope) {
    const Application own = authenticated_application(work);
    if (!kit::is_uuid(scope.tenant_id)) throw invalid_field("tenantID", "tenantID must be a UUID.");
    if (!kit::is_uuid(scope.application_id)) {
        throw invalid_field("applicationID", "applicationID must be a UUID.");
    }
    // Another's application looks exactly like one that does not exist.
    if (own.tenant_id != scope.tenant_id || own.id != scope.application_id) {
        throw Refusal{403, "ACCESS_SCOPE_MISMATCH",
                      "The API key is not one of this tenant and application."};
    }
    return own;
}

void write_subscription(Work& work, const Application& application, const std::string& url) {
    work.database
        .prepare(
            "INSERT INTO webhook_subscriptions (application_id, url, enabled, changed_at_ms) "
            "VALUES (?, ?, 1, ?) ON CONFLICT (application_id) DO UPDATE SET "
            "url = excluded.url, enabled = 1, changed_at_ms = excluded.changed_at_ms")
        .bind(1, application.id)
        .bind(2, url)
        .bind(3, work.call.now_ms)
        .run();
}

// What was not delivered yet has nowhere to go any more.
void end_subscription(Work& work, const Application& application) {
    work.database
        .prepare(
            "UPDATE webhook_subscriptions SET enabled = 0, changed_at_ms = ? "
            "WHERE application_id = ?")
        .bind(1, work.call.now_ms)
        .bind(2, application.id)
        .run();
    work.database
        .prepare(
            "UPDATE webhook_deliveries SET state = 'cancelled' WHERE application_id = ? "
            "AND state = 'pending'")
        .bind(1, application.id)
        .run();
}

std::string url_in(const Call& call) {
    const auto body = parse_object(call.body);
    const auto url = body.find("url");
    if (url == body.end() || !url->is_string()) {
        throw invalid_field("url", "url must be given, as a string.");
    }
    try {
        parse_webhook_url(url->get<std::string>());
    } catch (const std::invalid_argument& problem) {
        throw invalid_field("url", std::string(problem.what()) + ".");
    }
    return url->get<std::string>();
}

// A bare object, as documented: these routes have no envelope.
Reply configuration(Work& work, const Application& application) {
    const auto url = webhook_url_of(work.database, application.id);
    nlohmann::ordered_json json;
    json["tenant_id"] = application.tenant_id;
    json["application_id"] = application.id;
    json["webhook_enabled"] = url.has_value();
    json["webhook_url"] = url ? nlohmann::ordered_json(*url) : nlohmann::ordered_json(nullptr);
    Reply reply;
    reply.body = json.dump();
    return reply;
}

void expect_method(Call& call, const char* method) {
    call.allowed_methods = method;
    if (call.method == method) return;
    throw wrong_method();
}

}  // namespace

std::optional<std::string> webhook_url_of(kit::Database& database,
                                          const std::string& application_id) {
    auto query = database.prepare(
        "SELECT url FROM webhook_subscriptions WHERE application_id = ? AND enabled = 1");
    if (!query.bind(1, application_id).step()) return std::nullopt;
    return query.text(0);
}

std::optional<Reply> answer_webhook_route(Work& work) {
    const auto scope = scope_of(work.call.path);
    if (!scope) return std::nullopt;
    const bool reads = scope->verb == "configuration";
    if (!reads && scope->verb != "subscribe" && scope->verb != "unsubscribe") return std::nullopt;
    expect_method(work.call, reads ? "GET" : "POST");
    check_tracing_headers(work.call);
    count_call(work, application_scope);
    const Application application = allowed(work, *scope);
    if (scope->verb == "subscribe") write_subscription(work, application, url_in(work.call));
    if (scope->verb == "unsubscribe") end_subscription(work, application);
    return configuration(work, application);
}

}  // namespace credit::sandbox

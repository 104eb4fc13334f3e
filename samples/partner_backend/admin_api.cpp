#include "partner_backend/admin_api.h"

#include <stdexcept>
#include <vector>

#include "partner_backend/json_text.h"
#include "server_kit/ids.h"

namespace credit::partner {

using nlohmann::json;

namespace {

constexpr std::size_t kPathBytes = 32;

// A request that names something wrong; the text says what.
class BadRequest : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

void reply(httplib::Response& response, int status, const json& body) {
    response.status = status;
    response.set_content(to_text(body), "application/json");
}

std::int64_t integer(const json& body, const char* key, std::int64_t otherwise, std::int64_t low,
                     std::int64_t high) {
    const auto found = body.find(key);
    if (found == body.end()) return otherwise;
    if (!found->is_number_integer()) throw BadRequest(std::string(key) + ": not an integer");
    const auto value = found->get<std::int64_t>();
    if (value < low || value > high) throw BadRequest(std::string(key) + ": out of range");
    return value;
}

bool boolean(const json& body, const char* key, bool otherwise) {
    const auto found = body.find(key);
    if (found == body.end()) return otherwise;
    if (!found->is_boolean()) throw BadRequest(std::string(key) + ": not a boolean");
    return found->get<bool>();
}

Fault::Kind fault_kind(const std::string& name) {
    if (name == "unauthorized") return Fault::Kind::unauthorized;
    if (name == "status") return Fault::Kind::status;
    if (name == "delay") return Fault::Kind::delay;
    throw BadRequest("kind: unauthorized, status or delay");
}

Fault read_fault(const json& body) {
    Fault fault;
    fault.kind = fault_kind(string_field(body, "kind").value_or(""));
    fault.status = static_cast<int>(integer(body, "status", fault.status, 200, 599));
    fault.count = static_cast<int>(integer(body, "count", fault.count, 1, 1'000'000));
    fault.delay_ms = integer(body, "delay_ms", 0, 0, 600'000);
    fault.html = boolean(body, "html", false) && fault.kind != Fault::Kind::delay;
    fault.route = string_field(body, "route").value_or("");
    if (!fault.route.empty() && fault.route != "session" && fault.route != "refresh" &&
        fault.route != "hosted") {
        throw BadRequest("route: session, refresh or hosted");
    }
    return fault;
}

std::vector<std::string> borrowers(const json& list) {
    if (!list.is_array()) throw BadRequest("policy_deny: not a list");
    std::vector<std::string> names;
    for (const json& name : list) {
        if (!name.is_string()) throw BadRequest("policy_deny: not a list of strings");
        names.push_back(name.get<std::string>());
    }
    return names;
}

// Nothing changes unless all of it is right.
void configure(Backend& backend, const json& body) {
    const auto mode = string_field(body, "refresh_mode");
    const auto shape = string_field(body, "shape");
    if (mode && !refresh_mode_named(*mode)) throw BadRequest("refresh_mode: client or backend");
    if (shape && !shape_named(*shape)) throw BadRequest("shape: public or timestamp");
    const bool configured =
        boolean(body, "platform_configured", backend.settings.platform_configured);
    if (body.contains("policy_deny")) backend.policy.replace(borrowers(body["policy_deny"]));
    if (mode) backend.settings.refresh_mode = *refresh_mode_named(*mode);
    if (shape) backend.settings.shape = *shape_named(*shape);
    backend.settings.platform_configured = configured;
}

void reload(Backend& backend) {
    try {
        backend.keys.reload();
    } catch (const OptionsError& error) {
        throw BadRequest(error.what());
    }
}

json numbers(const Counters& counters) {
    return {{"session_requests", counters.session_requests.load()},
            {"refresh_requests", counters.refresh_requests.load()},
            {"unauthorized", counters.unauthorized.load()},
            {"denied", counters.denied.load()},
            {"rotations", counters.rotations.load()},
            {"reminted", counters.reminted.load()},
            {"hosted_requests", counters.hosted_requests.load()},
            {"webhooks_accepted", counters.webhooks_accepted.load()},
            {"webhooks_refused", counters.webhooks_refused.load()}};
}

template <typename Act>
httplib::Server::Handler taking_json(Act act) {
    return [act](const httplib::Request& request, httplib::Response& response) {
        try {
            const auto body = parse_json(request.body);
            if (!body || !body->is_object()) throw BadRequest("body: not a JSON object");
            act(*body);
            reply(response, 200, {{"ok", true}});
        } catch (const BadRequest& error) {
            reply(response, 400, {{"error", error.what()}});
        }
    };
}

}  // namespace

AdminApi::AdminApi(Backend& backend)
    : backend_(backend), path_(std::string("/").append(kit::random_token(kPathBytes))) {}

void AdminApi::serve_on(httplib::Server& server) {
    server.Get(path_ + "/audit", [this](const auto&, auto& response) {
        reply(response, 200, {{"audit", backend_.audit.list()}});
    });
    server.Get(path_ + "/mapping", [this](const auto&, auto& response) {
        reply(response, 200, {{"borrowers", backend_.borrowers.list()}});
    });
    server.Get(path_ + "/counters", [this](const auto&, auto& response) {
        reply(response, 200, numbers(backend_.counters));
    });
    server.Post(path_ + "/faults",
                taking_json([this](const json& body) { backend_.faults.add(read_fault(body)); }));
    server.Delete(path_ + "/faults", [this](const auto&, auto& response) {
        backend_.faults.clear();
        reply(response, 200, {{"ok", true}});
    });
    server.Get(path_ + "/journeys", [this](const auto&, auto& response) {
        reply(response, 200, {{"journeys", backend_.journeys.list()}});
    });
    server.Get(path_ + "/keys", [this](const auto&, auto& response) {
        reply(response, 200, {{"keys", backend_.keys.describe()}});
    });
    server.Post(path_ + "/keys/reload", taking_json([this](const json&) { reload(backend_); }));
    server.Post(path_ + "/crash", taking_json([this](const json& body) {
                    if (!backend_.crash_points.arm(string_field(body, "step").value_or(""))) {
                        throw BadRequest("step: there is no such step");
                    }
                }));
    server.Post(path_ + "/config",
                taking_json([this](const json& body) { configure(backend_, body); }));
}

}  // namespace credit::partner

#include "sandbox/hosted_parts.h"

#include <stdexcept>

#include "sandbox/applications.h"
#include "sandbox/hosted_domains.h"
#include "sandbox/hosted_pages.h"

namespace credit::sandbox {

namespace {

std::string application_in(kit::Database& database, const nlohmann::json& body) {
    const auto found = body.find("application_id");
    if (found == body.end()) return first_application(database).id;
    const auto known =
        found->is_string() ? find_application(database, found->get<std::string>()) : std::nullopt;
    if (!known) throw std::invalid_argument("application_id: there is no such application");
    return known->id;
}

std::vector<std::string> domains_in(const nlohmann::json& body) {
    const auto found = body.find("embed_domains");
    std::vector<std::string> domains;
    if (found != body.end() && found->is_array()) {
        for (const auto& domain : *found)
            domains.push_back(domain.is_string() ? domain.get<std::string>() : "");
        return domains;
    }
    throw std::invalid_argument("embed_domains must be a list of origins");
}

}  // namespace

HostedParts::HostedParts(const Sandbox& sandbox, const HostedOptions& options,
                         const std::string& own_ca_file)
    : store_(sandbox.store),
      first_domains_(options.embed_domains),
      outbox_(sandbox.clock, options.webhook_secret),
      data_(sandbox, webhook_faults_, timings_),
      site_(data_),
      dispatcher_(sandbox.store, sandbox.clock, webhook_faults_,
                  options.webhook_ca_file.empty() ? own_ca_file : options.webhook_ca_file),
      webhook_admin_(sandbox.store, sandbox.clock, webhook_faults_, dispatcher_, outbox_) {
    sandbox.events.observe([this](kit::Database& database, const JourneyEvent& event) {
        outbox_.note(database, event);
    });
    sandbox.events.after_commit([this] { dispatcher_.wake(); });
    allow_first_domains();
}

void HostedParts::allow_first_domains() {
    if (first_domains_.empty()) return;
    const std::lock_guard lock(store_.mutex());
    set_embed_domains(store_.database(), first_application(store_.database()).id, first_domains_);
}

void HostedParts::reset() {
    webhook_faults_.clear();
    dispatcher_.set_unit(TimestampUnit::seconds);
    allow_first_domains();
}

std::optional<Reply> HostedParts::page(const std::string& method, const std::string& path,
                                       const std::string& application_id) {
    if (method != "GET") return std::nullopt;
    return hosted_page(store_, path, application_id);
}

void HostedParts::note_timing(const std::string& request_id,
                              std::chrono::steady_clock::duration took) {
    timings_.note(request_id, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
}

std::optional<nlohmann::ordered_json> HostedParts::admin(const std::string& call,
                                                         const nlohmann::json& body) {
    if (!body.is_object()) throw std::invalid_argument("the body must be a JSON object or empty");
    if (call == "GET /embed_domains" || call == "POST /embed_domains") {
        return change_embed_domains(body);
    }
    return webhook_admin_.answer(call, body);
}

nlohmann::ordered_json HostedParts::change_embed_domains(const nlohmann::json& body) {
    const std::lock_guard lock(store_.mutex());
    kit::Database& database = store_.database();
    const std::string application_id = application_in(database, body);
    if (body.contains("embed_domains")) {
        set_embed_domains(database, application_id, domains_in(body));
    }
    return {{"application_id", application_id},
            {"embed_domains", embed_domains(database, application_id)}};
}

}  // namespace credit::sandbox

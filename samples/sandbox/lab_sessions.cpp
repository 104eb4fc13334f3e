#include "sandbox/lab_sessions.h"

#include <algorithm>

#include "sandbox/authentication.h"
#include "sandbox/borrowers.h"
#include "sandbox/envelope.h"
#include "sandbox/hosted_tokens.h"
#include "sandbox/journey_moves.h"
#include "sandbox/profile_rules.h"
#include "sandbox/validation.h"
#include "server_kit/ids.h"
#include "server_kit/iso_time.h"

namespace credit::sandbox {

namespace {

constexpr std::size_t max_provider_id = 128;

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(' ');
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::string provider_id_in(const nlohmann::json& body) {
    const auto found = body.find("borrowerProviderID");
    std::string id;
    if (found != body.end() && found->is_string()) id = found->get<std::string>();
    const bool controls = std::any_of(id.begin(), id.end(), [](char c) {
        return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    });
    const bool fits = characters(id) <= max_provider_id && !controls;
    id = trimmed(id);
    if (id.empty() || !fits) {
        throw invalid_field("borrowerProviderID",
                            "borrowerProviderID must be text of 1 to 128 characters.");
    }
    return id;
}

void check_bureau(const nlohmann::json& body) {
    check_optional_object(body, "journey");
    if (!body.contains("bureau")) return;
    check_optional_object(body, "bureau");
    const auto journey = body.value("journey", nlohmann::json::object());
    const auto consent = journey.find("bureauConsent");
    if (consent == journey.end() || !consent->is_boolean() || !consent->get<bool>()) {
        throw invalid_field("journey.bureauConsent",
                            "bureau needs journey.bureauConsent to be true.");
    }
}

// The journey the page walks: the one that is under way, or a new one.
std::string journey_for(Work& work, const std::string& borrower_id, const std::string& type) {
    auto journey = active_journey(work.database, borrower_id, type);
    work.call.effect = journey ? "resume" : "create";
    if (!journey) journey = create_journey(context_of(work), borrower_id, type);
    work.call.journey_id = journey->id;
    return journey->id;
}

std::string percent_encoded(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        out += plain ? std::string(1, c) : "%" + kit::hex(std::string_view(&c, 1));
    }
    return out;
}

std::string upper(std::string text) {
    for (char& c : text) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
    }
    return text;
}

}  // namespace

std::string embed_url(const Work& work, const std::string& tenant_id,
                      const std::string& application_id, const std::string& borrower_provider_id,
                      const std::string& journey_type) {
    return work.origin.get() + "/lab/embed?tenant_id=" + tenant_id +
           "&application_id=" + application_id +
           "&borrower_provider_id=" + percent_encoded(borrower_provider_id) +
           "&journey_type=" + journey_type;
}

Reply create_lab_session(Work& work) {
    const Application application = authenticated_application(work);
    const auto body = parse_object(work.call.body);
    HostedSession scope;
    scope.tenant_id = application.tenant_id;
    scope.application_id = application.id;
    scope.borrower_provider_id = provider_id_in(body);
    scope.journey_type = journey_type(body, "journeyType", false);
    check_bureau(body);
    const auto sections = profile_sections(body, Surface::hosted);
    scope.borrower_id = known_borrower(work, application.id, scope.borrower_provider_id).id;
    keep_prefill(work, scope.borrower_id, sections);
    scope.journey_id = journey_for(work, scope.borrower_id, scope.journey_type);
    const BootstrapToken token = mint_bootstrap_token(work, scope);
    const std::string url = embed_url(work, scope.tenant_id, scope.application_id,
                                      scope.borrower_provider_id, scope.journey_type) +
                            "#" + token.value;
    nlohmann::ordered_json json;
    json["embedURL"] = url;
    json["embedUrl"] = url;
    json["bootstrapExpiresAt"] = kit::iso8601_ms(token.expires_at_ms);
    json["borrowerProviderID"] = scope.borrower_provider_id;
    json["borrowerID"] = scope.borrower_id;
    json["journeyID"] = scope.journey_id;
    json["environment"] = upper(work.environment);
    Reply reply;
    reply.body = json.dump();
    return reply;
}

}  // namespace credit::sandbox

#include "sandbox/hosted_domains.h"

#include <regex>
#include <stdexcept>

namespace credit::sandbox {

namespace {

constexpr std::size_t max_domains = 64;
constexpr std::size_t max_domain = 255;

}  // namespace

void check_embed_domain(const std::string& domain) {
    // Nothing that could end the directive or the header gets through.
    static const std::regex allowed(
        R"(https://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)");
    if (domain.size() > max_domain || !std::regex_match(domain, allowed)) {
        throw std::invalid_argument(
            "embed_domains must be origins in lower case, https://host or https://*.host, with or "
            "without a port; http:// only for localhost and 127.0.0.1");
    }
}

std::vector<std::string> embed_domains(kit::Database& database, const std::string& application_id) {
    auto query = database.prepare(
        "SELECT domain FROM embed_domains WHERE application_id = ? ORDER BY domain");
    query.bind(1, application_id);
    std::vector<std::string> domains;
    while (query.step())
        domains.push_back(query.text(0));
    return domains;
}

void set_embed_domains(kit::Database& database, const std::string& application_id,
                       const std::vector<std::string>& domains) {
    if (domains.size() > max_domains) {
        throw std::invalid_argument("embed_domains must be at most 64");
    }
    for (const auto& domain : domains)
        check_embed_domain(domain);
    kit::Transaction transaction(database);
    database.prepare("DELETE FROM embed_domains WHERE application_id = ?")
        .bind(1, application_id)
        .run();
    for (const auto& domain : domains) {
        database
            .prepare(
                "INSERT INTO embed_domains (application_id, domain) VALUES (?, ?) "
                "ON CONFLICT DO NOTHING")
            .bind(1, application_id)
            .bind(2, domain)
            .run();
    }
    transaction.commit();
}

std::string frame_ancestors(const std::vector<std::string>& domains) {
    if (domains.empty()) return "'none'";
    std::string value;
    for (const auto& domain : domains)
        value += (value.empty() ? "" : " ") + domain;
    return value;
}

}  // namespace credit::sandbox

#include "sandbox/hosted_options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <stdexcept>

#include "sandbox/hosted_domains.h"
#include "sandbox/webhook_secrets.h"

namespace credit::sandbox {

namespace {

constexpr const char* secret_variable = "CREDIT_SANDBOX_WEBHOOK_SECRET";

}  // namespace

void add_hosted_options(CLI::App& app, HostedOptions& options) {
    app.add_option("--webhook-ca-file", options.webhook_ca_file,
                   "Who signs the certificates of webhook receivers; the sandbox's own CA by "
                   "default")
        ->check(CLI::ExistingFile);
    app.add_option("--embed-domain", options.embed_domains,
                   "An origin that may show the hosted page in a frame; may be given again");
}

void finish_hosted_options(HostedOptions& options) {
    for (const auto& domain : options.embed_domains)
        check_embed_domain(domain);
    const char* secret = std::getenv(secret_variable);
    if (secret == nullptr || *secret == '\0') return;
    try {
        check_webhook_secret(secret);
    } catch (const std::invalid_argument& problem) {
        throw std::invalid_argument(std::string(secret_variable) + ": " + problem.what());
    }
    options.webhook_secret = secret;
}

}  // namespace credit::sandbox

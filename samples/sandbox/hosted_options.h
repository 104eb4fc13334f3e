#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace credit::sandbox {

// Of webhooks and the hosted page.
struct HostedOptions {
    // Who signs the certificates of webhook receivers; empty for the sandbox's own private CA.
    std::string webhook_ca_file;
    // The first application's.
    std::vector<std::string> embed_domains;
    // From the environment only: arguments are visible to every user of a machine.
    std::string webhook_secret;
};

void add_hosted_options(CLI::App& app, HostedOptions& options);

// Fills what comes from the environment and checks everything. Throws std::invalid_argument.
void finish_hosted_options(HostedOptions& options);

}  // namespace credit::sandbox

#include "sandbox/options.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "sandbox/api_keys.h"

namespace credit::sandbox {

namespace {

constexpr int usage_error = 2;
constexpr const char* keys_variable = "CREDIT_SANDBOX_API_KEYS";

void add_duration(CLI::App& app, const char* name, std::int64_t& value, const char* help) {
    app.add_option(name, value, help)->check(CLI::NonNegativeNumber)->capture_default_str();
}

void add_settings(CLI::App& app, Settings& settings) {
    add_duration(app, "--session-ttl-ms", settings.session_ttl_ms, "Life of a session token");
    add_duration(app, "--refresh-ttl-ms", settings.refresh_ttl_ms, "Life of a refresh token");
    add_duration(app, "--grace-ms", settings.grace_ms,
                 "How long the grace models accept a spent refresh token");
    add_duration(app, "--idempotency-ttl-ms", settings.idempotency_ttl_ms,
                 "How long a reply is kept under its Idempotency-Key");
    add_duration(app, "--journey-step-ms", settings.journey_step_ms,
                 "How long platform and lender take for a step of a journey");
    add_duration(app, "--journey-ttl-ms", settings.journey_ttl_ms,
                 "After so long without a change a journey expires");
}

std::vector<std::string> keys_from_environment(const std::string& environment) {
    std::vector<std::string> keys;
    const char* list = std::getenv(keys_variable);
    for (const auto& key : CLI::detail::split(list != nullptr ? list : "", ',')) {
        if (key.empty()) continue;
        try {
            check_api_key_form(environment, key);
        } catch (const std::invalid_argument& problem) {
            throw std::invalid_argument(std::string(keys_variable) + ": " + problem.what());
        }
        keys.push_back(key);
    }
    return keys;
}

}  // namespace

ParsedOptions parse_options(int argc, char** argv) {
    Options options;
    std::string model = "replay";
    CLI::App app{
        "A local platform for borrower sessions: the documented API over TLS, and an "
        "admin API to make it fail.\nAPI keys come from the environment variable "
        "CREDIT_SANDBOX_API_KEYS (comma separated); without it one is made."};
    app.option_defaults()->always_capture_default();
    app.add_option("--host", options.host, "Address the platform API listens on");
    app.add_option("--port", options.port, "Its port, 0 for a free one")
        ->check(CLI::Range(0, 65535));
    app.add_option("--admin-port", options.admin_port, "Port of the admin API on 127.0.0.1")
        ->check(CLI::Range(0, 65535));
    app.add_option("--ca-dir", options.ca_dir,
                   "Folder of the private CA, made if need be; a fresh one by default");
    app.add_option("--db", options.database, "SQLite file; with one, state survives a restart");
    app.add_option("--environment", options.environment, "test or live")
        ->check(CLI::IsMember({"test", "live"}));
    app.add_option("--model", model, "What happens to a refresh token that comes again");
    add_settings(app, options.settings);
    add_hosted_options(app, options.hosted);
    try {
        app.parse(argc, argv);
        options.settings.model = parse_model(model);
        options.api_keys = keys_from_environment(options.environment);
        finish_hosted_options(options.hosted);
    } catch (const CLI::CallForHelp& help) {
        return {std::nullopt, app.exit(help)};
    } catch (const CLI::ParseError& problem) {
        app.exit(problem);
        return {std::nullopt, usage_error};
    } catch (const std::invalid_argument& problem) {
        std::cerr << problem.what() << "\nRun with --help for more information.\n";
        return {std::nullopt, usage_error};
    }
    return {options, 0};
}

}  // namespace credit::sandbox

#include "partner_backend/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <set>

#include "partner_backend/header_rules.h"

namespace credit::partner {

namespace {

constexpr const char* kFooter =
    "Environment:\n"
    "  PLATFORM_BASE_URL        origin of the platform, https:// (http:// on loopback only)\n"
    "  PLATFORM_API_KEY         sk_test_... or sk_live_...; there is no flag for it on purpose\n"
    "  PLATFORM_API_KEYS        several instead, in the order of preference: active,next\n"
    "  PARTNER_STORAGE_KEY      64 hex digits; seals refresh tokens kept in --db FILE\n"
    "  PARTNER_WEBHOOK_SECRETS  one, or two of a rotation: old,new\n"
    "Without a URL and a key the server runs and answers 500 \"Platform configuration missing.\"";

// What CLI11 fills in before it is judged.
struct Raw {
    std::string environment = "test";
    std::string refresh_mode = "client";
    std::string webhook_unit = "any";
    std::int64_t mint_window_s = 60;
    std::int64_t webhook_tolerance_s = 300;
    std::string shape = "timestamp";
    std::vector<std::string> users;
    int admin_port = -1;
};

void describe_webhooks(CLI::App& app, Options& options, Raw& raw) {
    app.add_option("--webhook-secrets-file", options.webhook_secrets_file,
                   "One or two secrets, one a line, read again when it changes");
    app.add_option("--webhook-tolerance-s", raw.webhook_tolerance_s,
                   "How far a webhook's timestamp may be from now (300)")
        ->check(CLI::Range(1, 86'400));
    app.add_option("--webhook-timestamp", raw.webhook_unit, "What that timestamp counts in (any)")
        ->check(CLI::IsMember({"any", "s", "ms", "iso"}));
    app.add_option("--tenant-id", options.webhook_scope.tenant_id, "UUID; others are refused");
    app.add_option("--application-id", options.webhook_scope.application_id,
                   "UUID; others are refused");
    app.add_flag("--subscribe", options.subscribe, "Subscribe to webhooks at the start");
    app.add_option(
        "--webhook-url", options.webhook_url,
        "Where the platform reaches /api/credit/webhooks; this server itself by default");
}

TimestampUnit unit_named(const std::string& name) {
    if (name == "s") return TimestampUnit::seconds;
    if (name == "ms") return TimestampUnit::milliseconds;
    return name == "iso" ? TimestampUnit::iso8601 : TimestampUnit::any;
}

void describe(CLI::App& app, Options& options, Raw& raw) {
    app.footer(kFooter);
    app.add_option("--platform-url", options.platform.base_url, "Instead of PLATFORM_BASE_URL");
    app.add_option("--platform-ca-file", options.platform.ca_file,
                   "Certificates the platform is checked with; the system's by default");
    app.add_option("--platform-timeout-ms", options.platform.timeout_ms,
                   "For one call to the platform; shorter than the app's own (8000)")
        ->check(CLI::Range(1, 600000));
    app.add_option("--environment", raw.environment,
                   "test or live; a process works for one, with keys and a store of its own (test)")
        ->check(CLI::IsMember({"test", "live"}));
    app.add_option("--api-keys-file", options.api_keys_file,
                   "JSON {\"keys\":[{\"key\",\"from\"?,\"until\"?}]}, read again when it changes");
    app.add_option("--host", options.host, "Loopback address to listen on (127.0.0.1)");
    app.add_option("--port", options.port, "0 takes a free one (0)")->check(CLI::Range(0, 65535));
    app.add_option("--ca-dir", options.ca_dir, "Folder of the private CA, made when missing")
        ->required();
    app.add_option("--db", options.db, "SQLite file (:memory:)");
    app.add_option("--refresh-mode", raw.refresh_mode,
                   "client: the app holds the refresh token; backend: this server does")
        ->check(CLI::IsMember({"client", "backend"}));
    app.add_option("--shape", raw.shape,
                   "public: the public page's reply; timestamp: with the platform's time added")
        ->check(CLI::IsMember({"public", "timestamp"}));
    app.add_option("--user", raw.users, "APP_TOKEN=borrowerExternalID, an app user; repeatable")
        ->allow_extra_args(false);
    app.add_option("--deny", options.denied, "borrowerExternalID the policy refuses; repeatable")
        ->allow_extra_args(false);
    app.add_option("--allow", options.allowed, "Only these borrowerExternalIDs; repeatable")
        ->allow_extra_args(false);
    app.add_option("--mint-limit", options.mint_limit.count,
                   "Sessions and bootstrap tokens a borrower may have minted in the window; 0: any")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--mint-window-s", raw.mint_window_s, "The window of --mint-limit (60)")
        ->check(CLI::Range(1, 86'400));
    describe_webhooks(app, options, raw);
    app.add_flag("--rewrite-idempotency-key", options.rewrite_idempotency_key,
                 "For trials: break the contract and send a key of its own on refresh");
    app.add_option("--admin-port", raw.admin_port, "Serve the admin API for tests; 0: a free port")
        ->check(CLI::Range(0, 65535));
}

AppUser parse_user(const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
        throw OptionsError("--user: expected APP_TOKEN=borrowerExternalID");
    }
    AppUser user{text.substr(0, equals), text.substr(equals + 1)};
    if (!is_valid_bearer(user.token) || holds_token(user.token)) {
        throw OptionsError("--user: the app token must be visible ASCII and no platform token");
    }
    if (trimmed(user.borrower) != user.borrower) {
        throw OptionsError("--user: borrowerExternalID has outer white space");
    }
    return user;
}

std::vector<AppUser> parse_users(const std::vector<std::string>& texts) {
    std::vector<AppUser> users;
    std::set<std::string> seen;
    for (const std::string& text : texts) {
        users.push_back(parse_user(text));
        if (!seen.insert(users.back().token).second) {
            throw OptionsError("--user: the same app token stands for two users");
        }
    }
    return users;
}

}  // namespace

std::optional<Options> read_options(int argc, const char* const* argv) {
    Options options;
    Raw raw;
    CLI::App app("Reference partner backend: the only holder of the platform API key.",
                 "credit-partner-backend");
    describe(app, options, raw);
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return std::nullopt;
    } catch (const CLI::ParseError& error) {
        throw OptionsError(error.what());
    }
    options.environment = raw.environment == "live" ? Environment::live : Environment::test;
    options.mint_limit.window_ms = raw.mint_window_s * 1000;
    options.webhook_rules = {unit_named(raw.webhook_unit), raw.webhook_tolerance_s * 1000};
    options.refresh_mode = *refresh_mode_named(raw.refresh_mode);
    options.shape = *shape_named(raw.shape);
    if (app.count("--admin-port") > 0) options.admin_port = raw.admin_port;
    options.users = parse_users(raw.users);
    read_environment(options);
    check(options);
    return options;
}

}  // namespace credit::partner

#include "partner_backend/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <set>

#include "partner_backend/header_rules.h"
#include "partner_backend/sealing.h"

namespace credit::partner {

namespace {

constexpr const char* kFooter =
    "Environment:\n"
    "  PLATFORM_BASE_URL    origin of the platform, https:// (http:// on loopback only)\n"
    "  PLATFORM_API_KEY     sk_test_... or sk_live_...; there is no flag for it on purpose\n"
    "  PARTNER_STORAGE_KEY  64 hex digits; seals refresh tokens kept in --db FILE\n"
    "Without the first two the server runs and answers 500 \"Platform configuration missing.\"";

// What CLI11 fills in before it is judged.
struct Raw {
    std::string refresh_mode = "client";
    std::string shape = "timestamp";
    std::vector<std::string> users;
    int admin_port = -1;
};

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool is_loopback(const std::string& host) {
    return host == "127.0.0.1" || host == "localhost" || host == "::1" || host == "[::1]";
}

void describe(CLI::App& app, Options& options, Raw& raw) {
    app.footer(kFooter);
    app.add_option("--platform-url", options.platform_url, "Instead of PLATFORM_BASE_URL");
    app.add_option("--platform-ca-file", options.platform_ca_file,
                   "Certificates the platform is checked with; the system's by default");
    app.add_option("--platform-timeout-ms", options.platform_timeout_ms,
                   "For one call to the platform; shorter than the app's own (8000)")
        ->check(CLI::Range(1, 600000));
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

void check_platform_url(const std::string& url) {
    const std::string named = "--platform-url / PLATFORM_BASE_URL: ";
    const auto scheme_end = url.find("://");
    const std::string scheme = url.substr(0, std::min(scheme_end, url.size()));
    if (scheme_end == std::string::npos || (scheme != "https" && scheme != "http")) {
        throw OptionsError(named + "must begin with https://");
    }
    const std::string rest = url.substr(scheme_end + 3);
    const std::string authority = rest.substr(0, rest.find('/'));
    if (authority.empty() || !is_valid_bearer(rest) ||
        rest.find_first_of("@?#") != std::string::npos) {
        throw OptionsError(named + "must be an origin, with a path at most");
    }
    const auto port_colon = authority.find(':', authority.find(']') + 1);
    if (scheme == "http" && !is_loopback(authority.substr(0, port_colon))) {
        throw OptionsError(named + "http:// is for loopback only");
    }
}

void check_api_key(const std::string& key) {
    const bool prefixed = key.starts_with("sk_test_") || key.starts_with("sk_live_");
    constexpr std::size_t kPrefix = 8;
    if (!prefixed || key.size() == kPrefix || !is_valid_bearer(key)) {
        throw OptionsError("PLATFORM_API_KEY: must be sk_test_... or sk_live_..., visible ASCII");
    }
}

void read_environment(Options& options) {
    if (options.platform_url.empty()) options.platform_url = from_environment("PLATFORM_BASE_URL");
    options.platform_api_key = from_environment("PLATFORM_API_KEY");
    const std::string storage_key = from_environment("PARTNER_STORAGE_KEY");
    if (storage_key.empty()) return;
    const auto bytes = bytes_of_hex(storage_key);
    if (!bytes || bytes->size() != StorageKey().size()) {
        throw OptionsError("PARTNER_STORAGE_KEY: must be 64 hex digits");
    }
    options.storage_key.emplace();
    std::copy(bytes->begin(), bytes->end(), options.storage_key->begin());
}

void check(const Options& options) {
    if (!is_loopback(options.host)) {
        throw OptionsError("--host: this sample listens on loopback only");
    }
    if (!options.platform_url.empty()) check_platform_url(options.platform_url);
    if (!options.platform_api_key.empty()) check_api_key(options.platform_api_key);
    if (!options.platform_ca_file.empty() &&
        !std::filesystem::is_regular_file(options.platform_ca_file)) {
        throw OptionsError("--platform-ca-file: no such file: " + options.platform_ca_file);
    }
    if (options.ca_dir.empty()) throw OptionsError("--ca-dir: must not be empty");
    if (options.db.empty()) throw OptionsError("--db: must not be empty");
    const bool on_disk = options.db != ":memory:";
    if (on_disk && options.refresh_mode == RefreshMode::backend && !options.storage_key) {
        throw OptionsError("PARTNER_STORAGE_KEY: needed for --refresh-mode backend with --db FILE");
    }
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
    options.refresh_mode = *refresh_mode_named(raw.refresh_mode);
    options.shape = *shape_named(raw.shape);
    if (app.count("--admin-port") > 0) options.admin_port = raw.admin_port;
    options.users = parse_users(raw.users);
    read_environment(options);
    check(options);
    return options;
}

}  // namespace credit::partner

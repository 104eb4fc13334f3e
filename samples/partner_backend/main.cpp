#include <spdlog/spdlog.h>

#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "partner_backend/admin_api.h"
#include "partner_backend/app_api.h"
#include "partner_backend/backend.h"
#include "partner_backend/chores.h"
#include "partner_backend/listener.h"
#include "partner_backend/options.h"
#include "partner_backend/subscription.h"
#include "server_kit/access_log.h"
#include "server_kit/private_ca.h"
#include "server_kit/ready_line.h"
#include "server_kit/shutdown.h"

namespace credit::partner {

namespace {

constexpr const char* kName = "credit-partner-backend";

constexpr const char* kAdminHost = "127.0.0.1";

std::string url_of(const std::string& scheme, const std::string& host, int port) {
    return scheme + "://" + host + ":" + std::to_string(port);
}

void warn_of_gaps(const Options& options) {
    if (options.platform.base_url.empty()) spdlog::warn("PLATFORM_BASE_URL is not set");
    if (options.api_keys.empty() && options.api_keys_file.empty()) {
        spdlog::warn("no API key: neither PLATFORM_API_KEY nor --api-keys-file is set");
    }
    if (options.users.empty()) spdlog::warn("no --user: every request will be unauthorized");
    if (options.rewrite_idempotency_key) {
        spdlog::warn("--rewrite-idempotency-key: this server breaks the contract, for trials only");
    }
}

// What this server does by itself: settles refreshes that a crash left open, erases what has long
// been dead, and subscribes.
std::vector<std::function<bool()>> chores(const Options& options, Backend& backend,
                                          const std::string& own_url) {
    std::vector<std::function<bool()>> all;
    if (options.refresh_mode == RefreshMode::backend) {
        all.emplace_back([&backend] { return backend.keeper.settle(); });
        all.emplace_back([&backend] { return backend.keeper.erase_old_suspects(); });
    }
    if (options.subscribe) {
        const std::string url =
            options.webhook_url.empty() ? own_url + "/api/credit/webhooks" : options.webhook_url;
        all.emplace_back([&options, &backend, url] {
            return is_subscribed(backend.platform, options.webhook_scope, url);
        });
    }
    return all;
}

int serve(const Options& options) {
    kit::ShutdownSignal shutdown;
    kit::start_log(kName);
    warn_of_gaps(options);
    const kit::TlsIdentity identity = kit::make_or_take_identity(options.ca_dir, kName);
    Backend backend(options);
    AppApi app(backend);
    Listener app_server(identity);
    app.serve_on(app_server.routes());
    AdminApi admin(backend);
    std::optional<Listener> admin_server;
    nlohmann::json ready{{"ready", true}, {"name", kName}, {"ca_file", identity.ca_file}};
    if (options.admin_port) {
        admin_server.emplace();
        admin.serve_on(admin_server->routes());
        const int port = admin_server->start(kAdminHost, *options.admin_port);
        ready["admin_url"] = url_of("http", kAdminHost, port) + admin.path();
    }
    const std::string url =
        url_of("https", options.host, app_server.start(options.host, options.port));
    ready["url"] = url;
    ready["environment"] = name_of(options.environment);
    kit::print_ready(ready);
    const Chores doing(chores(options, backend, url));
    shutdown.wait();
    app_server.stop();
    if (admin_server) admin_server->stop();
    return 0;
}

int run(int argc, const char* const* argv) {
    try {
        const auto options = read_options(argc, argv);
        return options ? serve(*options) : 0;
    } catch (const OptionsError& error) {
        std::cerr << kName << ": " << error.what() << '\n';
        return 2;
    } catch (const std::exception& error) {
        std::cerr << kName << ": " << error.what() << '\n';
        return 1;
    }
}

}  // namespace

}  // namespace credit::partner

int main(int argc, char** argv) {
    return credit::partner::run(argc, argv);
}

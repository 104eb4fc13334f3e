#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>

#include "sandbox/admin_server.h"
#include "sandbox/api_keys.h"
#include "sandbox/hosted_parts.h"
#include "sandbox/options.h"
#include "sandbox/platform_server.h"
#include "server_kit/access_log.h"
#include "server_kit/ids.h"
#include "server_kit/private_ca.h"
#include "server_kit/ready_line.h"
#include "server_kit/shutdown.h"

namespace credit::sandbox {
namespace {

// The folder for the CA when the caller named none; gone with the program.
class TemporaryFolder {
  public:
    TemporaryFolder() : path_(kit::make_private_temp_dir("credit-sandbox-")) {}
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// The keys of the first application. One that was revoked or retired stays so.
std::vector<std::string> prepare_keys(Store& store, const Options& options,
                                      const Application& application, std::int64_t now_ms) {
    kit::Database& database = store.database();
    for (const auto& key : options.api_keys)
        add_api_key(database, application.id, key, false);
    if (active_api_keys(database, now_ms).empty() && options.api_keys.empty()) {
        add_api_key(database, application.id, new_api_key(options.environment), false);
    }
    return active_api_keys(database, now_ms);
}

void restore_clock(Store& store, Clock& clock) {
    if (const auto offset = store.meta("clock_offset_ms")) clock.set_offset_ms(std::stoll(*offset));
}

int run(const Options& options, kit::ShutdownSignal& shutdown) {
    std::optional<TemporaryFolder> own_folder;
    if (options.ca_dir.empty()) own_folder.emplace();
    const auto identity = kit::make_or_take_identity(
        own_folder ? own_folder->path() : options.ca_dir, "credit-sandbox");

    Store store(options.database, options.environment);
    Clock clock;
    restore_clock(store, clock);
    const Application application = first_application(store.database());
    const auto keys = prepare_keys(store, options, application, clock.now_ms());
    LiveSettings settings(options.settings);
    FaultBook faults;
    Holds holds;
    JourneyEvents events;
    PublicOrigin origin;
    JourneyTicker ticker(options.environment, store, clock, settings, events);
    const Sandbox sandbox{
        options.environment, store, clock, settings, faults, holds, events, ticker, origin};
    PlatformApi platform(sandbox);
    AdminApi admin(sandbox, keys);
    HostedParts hosted(sandbox, options.hosted, identity.ca_file);
    PlatformServer platform_server(platform, hosted, identity, options.host, options.port);
    AdminServer admin_server(admin, hosted, options.admin_port);
    const std::string host =
        options.host.find(':') == std::string::npos ? options.host : "[" + options.host + "]";
    origin.set("https://" + host + ":" + std::to_string(platform_server.port()));
    ticker.start();
    kit::print_ready({{"ready", true},
                      {"name", "credit-sandbox"},
                      {"url", origin.get()},
                      {"admin_url", admin_server.url()},
                      {"inspector_url", admin_server.url() + "/inspector"},
                      {"ca_file", identity.ca_file},
                      {"environment", options.environment},
                      {"tenant_id", application.tenant_id},
                      {"application_id", application.id},
                      {"api_keys", keys}});
    shutdown.wait();
    holds.stop();
    ticker.stop();
    hosted.stop();
    platform_server.stop();
    admin_server.stop();
    return EXIT_SUCCESS;
}

}  // namespace
}  // namespace credit::sandbox

int main(int argc, char** argv) {
    credit::kit::ShutdownSignal shutdown;
    const auto parsed = credit::sandbox::parse_options(argc, argv);
    if (!parsed.options) return parsed.exit_code;
    try {
        credit::kit::start_log("credit-sandbox");
        return credit::sandbox::run(*parsed.options, shutdown);
    } catch (const std::exception& problem) {
        std::cerr << "credit-sandbox: " << problem.what() << "\n";
        return EXIT_FAILURE;
    }
}

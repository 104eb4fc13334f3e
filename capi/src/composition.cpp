#include "capi/src/composition.h"

#include <filesystem>
#include <mutex>
#include <system_error>

#include "capi/src/apple.h"
#include "capi/src/clock_bridge.h"
#include "capi/src/port_adapters.h"
#include "core/base/arena.h"
#include "core/base/check.h"
#include "core/engine/executor.h"
#include "core/engine/session.h"
#include "core/http/url.h"
#include "platform/curl/curl_engine.h"
#include "platform/file/file_store.h"
#include "platform/memory/fixed_sealing_key.h"
#include "platform/memory/null_logger.h"
#include "platform/posix/fork_guard.h"
#include "platform/posix/posix_entropy.h"
#include "platform/posix/posix_secret_memory.h"
#include "platform/posix/thread_setup.h"

namespace credit::capi {
namespace {

// What all sessions of the process share. Never destroyed: the engine's thread may outlive main().
struct Platform {
    std::shared_ptr<Clock> clock = system_clock();
    std::shared_ptr<Entropy> entropy = std::make_shared<PosixEntropy>();
    // No logger: one process-wide transport cannot know whose log its lines belong to; outcomes
    // carry their detail.
    std::shared_ptr<CurlTransport> transport =
        std::make_shared<CurlTransport>(clock, std::make_shared<NullLogger>());
};

const Platform& platform() {
    static const Platform* const instance = [] {
        auto made = std::make_unique<const Platform>();
        install_poller(made->transport);
        return made.release();
    }();
    return *instance;
}

void give_arena_its_memory() {
    static PosixSecretMemory memory;  // without state
    const SecretMemory::Region region = memory.acquire(arena::kRegionBytes);
    // Without a region all secrets are outside of it, and the arena says so in its report (R39).
    if (region.data != nullptr) arena::install(region.data, region.size, region.locked);
    arena::install_pages(
        {[](std::size_t size) noexcept { return memory.acquire_more(size); },
         [](void* data, std::size_t size) noexcept { memory.release_more(data, size); }});
}

std::string origin_of(const ConfigValues& values) {
    Result<Url> url = parse_url(values.platform_url, "platform_url");
    CREDIT_CHECK(url.ok());  // the configuration was checked
    return url.value().origin();
}

// The salt must be the same after every start and app update, also where the system moves the app's
// folder (iOS does). So it names environment and platform, not the folder.
std::string salt_label(const ConfigValues& values) {
    return (*values.environment == Environment::live ? "live " : "test ") + origin_of(values);
}

std::shared_ptr<SealingKey> compose_key(const ConfigValues& values,
                                        const std::shared_ptr<Entropy>& entropy) {
    if (values.sealing_key != nullptr) return std::make_shared<TableSealingKey>(values.sealing_key);
    if (values.passphrase != nullptr) return values.passphrase->key_for(salt_label(values));
    if (values.secret_service) {
        return secret_service_key(*values.secret_service, *values.environment, origin_of(values),
                                  entropy);
    }
    return std::make_shared<FixedSealingKey>(values.storage_key);
}

std::shared_ptr<SecureStore> compose_store(const ConfigValues& values, const std::string& place,
                                           const std::shared_ptr<Entropy>& entropy) {
    if (values.secure_store != nullptr) return std::make_shared<TableStore>(values.secure_store);
    if (!values.keychain_group.empty())
        return keychain_store(values.keychain_group, place, entropy);
    return std::make_shared<FileStore>(place, compose_key(values, entropy), entropy);
}

std::shared_ptr<Transport> compose_transport(const ConfigValues& values,
                                             const std::shared_ptr<Clock>& clock) {
    if (values.transport != nullptr)
        return std::make_shared<TableTransport>(values.transport, clock);
    const Platform& shared = platform();
    if (clock == shared.clock) return shared.transport;
    return std::make_shared<ClockBridge>(shared.transport, clock, shared.clock);
}

}  // namespace

void prepare_process() {
    static std::once_flag once;
    std::call_once(once, [] {
        arm_fork_guard();
        set_thread_start_hook(&set_up_thread);
        PosixEntropy sodium_is_ready;
        static_cast<void>(sodium_is_ready);
        give_arena_its_memory();
    });
}

std::shared_ptr<Clock> compose_clock(const ConfigValues& values) {
    if (values.clock != nullptr) return std::make_shared<TableClock>(values.clock);
    return platform().clock;
}

SessionPorts compose_ports(const ConfigValues& values, const std::string& place) {
    const Platform& shared = platform();
    SessionPorts ports;
    ports.clock = compose_clock(values);
    ports.entropy = shared.entropy;
    ports.store = compose_store(values, place, shared.entropy);
    ports.transport = compose_transport(values, ports.clock);
    if (values.logger != nullptr) ports.logger = std::make_shared<TableLogger>(values.logger);
    ports.background = values.background != nullptr
                           ? std::make_shared<TableBackground>(values.background)
                           : system_background();
    if (values.provider != nullptr)
        ports.provider = std::make_shared<TableProvider>(values.provider);
    if (values.partner_auth != nullptr) {
        ports.partner_auth = std::make_shared<TablePartnerAuth>(values.partner_auth);
    }
    ports.tls = std::make_shared<const TlsSettings>(values.tls);
    return ports;
}

std::string storage_place(const std::string& dir) {
    namespace fs = std::filesystem;
    std::error_code failed;
    const fs::path absolute = fs::absolute(dir, failed);
    if (failed) return dir;
    fs::path place = fs::weakly_canonical(absolute, failed);
    if (failed) place = absolute.lexically_normal();
    // "/a/b/" and "/a/b" are the same place.
    if (!place.has_filename() && place.has_relative_path()) place = place.parent_path();
    return place.string();
}

}  // namespace credit::capi

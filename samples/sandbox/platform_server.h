#pragma once

#include <memory>
#include <string>

#include "sandbox/hosted_parts.h"
#include "sandbox/platform_api.h"
#include "server_kit/private_ca.h"

namespace credit::sandbox {

// The platform API on a TLS port.
class PlatformServer {
  public:
    // Listens from here on; throws std::runtime_error if it cannot. Port 0 takes a free one.
    PlatformServer(PlatformApi& api, HostedParts& hosted, const kit::TlsIdentity& identity,
                   const std::string& host, int port);
    PlatformServer(const PlatformServer&) = delete;
    PlatformServer& operator=(const PlatformServer&) = delete;
    ~PlatformServer();

    int port() const;
    void stop();

  private:
    struct Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace credit::sandbox

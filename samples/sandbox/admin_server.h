#pragma once

#include <memory>
#include <string>

#include "sandbox/admin_api.h"
#include "sandbox/hosted_parts.h"

namespace credit::sandbox {

// The admin API on a plain HTTP port of the loopback interface. Every path starts with a random
// token, so that another user of the machine who finds the port cannot use it, and what is meant
// for another host or comes from another site is refused.
class AdminServer {
  public:
    AdminServer(AdminApi& api, HostedParts& hosted, int port);
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;
    ~AdminServer();

    std::string url() const;
    void stop();

  private:
    struct Listener;
    std::unique_ptr<Listener> listener_;
};

}  // namespace credit::sandbox

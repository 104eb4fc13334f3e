// An app as a process of its own against a platform with canaries for tokens, watched from outside.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/contract/transport_server.h"
#include "tests/secrets/canaries.h"
#include "tests/secrets/shared.h"

namespace credit::secrets {

// Answers the partner's session route, refreshes and calls; every token is a canary. One device.
class CanaryPlatform {
  public:
    explicit CanaryPlatform(Canaries& canaries);
    std::string url() const { return server_->url(""); }
    const std::string& ca_pem() const { return authority_.pem(); }
    int refreshes() const { return refreshes_; }
    int wrong_keys() const { return wrong_keys_; }
    int sessions() const { return sessions_; }
    bool saw_profile(const std::string& needle) const;

  private:
    std::string answer(const test::Received& request);
    std::string pair();

    Canaries& canaries_;
    const test::CertificateAuthority authority_;
    std::atomic<int> refreshes_{0};
    std::atomic<int> sessions_{0};
    std::atomic<int> wrong_keys_{0};
    int serial_ = 0;
    std::string expected_key_;  // of the next refresh
    std::unique_ptr<test::TransportServer> server_;
};

// The app, one step at a time.
class WatchedApp {
  public:
    struct Kind {
        bool clears_blocks = false;            // see Shared::clears_blocks
        bool wants_wiping_allocators = false;  // see wiping_allocators.h
        // When the loader finds out where a function is: at the start, as on Android and Apple's systems, or at its first
        // call, as glibc does by default. Then it saves all registers on the stack, the wide ones that memcpy used, too.
        bool binds_lazily = false;
    };
    explicit WatchedApp(Kind kind);
    WatchedApp() : WatchedApp(Kind{}) {}
    ~WatchedApp();
    WatchedApp(const WatchedApp&) = delete;
    WatchedApp& operator=(const WatchedApp&) = delete;

    void wait_for(const std::string& step);  // throws with what the app complained about
    void go_on();
    void abort_now();  // instead: dumps core into its folder, if the system lets it
    int end();         // the exit code, or 128 + the signal

    Shared& shared() { return *shared_; }
    CanaryPlatform& platform() { return *platform_; }
    std::vector<std::string> names() const { return canaries_->names(); }
    pid_t pid() const { return pid_; }
    const std::string& folder() const { return folder_; }
    std::string errors() const;  // everything it wrote to standard error: the log, too

  private:
    void launch(bool binds_lazily);
    void invent_secrets();

    int memory_ = -1;
    Shared* shared_ = nullptr;
    std::unique_ptr<Canaries> canaries_;
    std::unique_ptr<CanaryPlatform> platform_;
    std::string folder_;
    pid_t pid_ = -1;
    int to_ = -1;
    int from_ = -1;
};

}  // namespace credit::secrets

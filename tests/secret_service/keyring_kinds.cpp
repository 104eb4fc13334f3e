// The Secret Service's key for the contract of all keys, on the desktop that desktop.py gives: one kind for each way in which
// a keyring fails.
#include <signal.h>
#include <stdlib.h>

#include <stdexcept>

#include "platform/posix/posix_entropy.h"
#include "platform/secret_service/secret_service_key.h"
#include "tests/contract/key_contract.h"

namespace credit {
namespace {

std::string variable(const char* name) {
    const char* const value = ::getenv(name);
    if (value == nullptr)
        throw std::runtime_error(std::string("run this under desktop.py: no ") + name);
    return value;
}

void run(const char* command) {
    if (::system(variable(command).c_str()) != 0) throw std::runtime_error(command);
}

class KeyringWorld : public KeyWorld {
  public:
    std::shared_ptr<SealingKey> start_process() override { return of(Environment::test); }
    std::shared_ptr<SealingKey> start_other() override { return of(Environment::live); }

  protected:
    virtual SecretServiceSettings settings() const {
        SecretServiceSettings out;
        out.origin = "https://platform.example";
        return out;
    }

  private:
    std::shared_ptr<SealingKey> of(Environment environment) const {
        SecretServiceSettings chosen = settings();
        chosen.environment = environment;
        return std::make_shared<SecretServiceKey>(chosen, std::make_shared<PosixEntropy>());
    }
};

class LockedWorld : public KeyringWorld {
  public:
    std::optional<StoreAnswer> break_source() override {
        run("CREDIT_DESKTOP_LOCK");
        return StoreAnswer::locked;
    }
    void mend_source() override { run("CREDIT_DESKTOP_UNLOCK"); }
};

// There is no prompter on this bus, which the daemon takes for a person who says no.
class DismissedWorld : public LockedWorld {
  public:
    std::optional<StoreAnswer> break_source() override {
        LockedWorld::break_source();
        return StoreAnswer::denied;
    }

  protected:
    SecretServiceSettings settings() const override {
        SecretServiceSettings out = LockedWorld::settings();
        out.allow_prompt = true;
        return out;
    }
};

class AbsentWorld : public KeyringWorld {
  public:
    std::optional<StoreAnswer> break_source() override {
        ::unsetenv("DBUS_SESSION_BUS_ADDRESS");
        return StoreAnswer::unsupported;
    }
    void mend_source() override { ::setenv("DBUS_SESSION_BUS_ADDRESS", address_.c_str(), 1); }

  private:
    const std::string address_ = variable("DBUS_SESSION_BUS_ADDRESS");
};

class HangingWorld : public KeyringWorld {
  public:
    std::optional<StoreAnswer> break_source() override {
        ::kill(daemon_, SIGSTOP);
        return StoreAnswer::transient;
    }
    void mend_source() override { ::kill(daemon_, SIGCONT); }

  protected:
    SecretServiceSettings settings() const override {
        SecretServiceSettings out = KeyringWorld::settings();
        out.patience = Millis{700};
        return out;
    }

  private:
    const pid_t daemon_ = static_cast<pid_t>(std::stol(variable("CREDIT_DESKTOP_KEYRING")));
};

template <class World>
KeyKind kind(const char* name) {
    return {name, [] { return std::make_unique<World>(); }};
}

}  // namespace

std::vector<KeyKind> key_kinds() {
    return {kind<LockedWorld>("keyring_locked"), kind<DismissedWorld>("keyring_dismissed"),
            kind<AbsentWorld>("keyring_absent"), kind<HangingWorld>("keyring_hanging")};
}

}  // namespace credit

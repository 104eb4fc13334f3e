// One conversation with the Secret Service: a connection, an encrypted session, calls with a deadline.
#pragma once

#include <string>
#include <vector>

#include "platform/secret_service/deadline.h"
#include "platform/secret_service/keyring_answers.h"
#include "platform/secret_service/libsecret.h"

namespace credit::keyring {

constexpr const char* kServicePath = "/org/freedesktop/secrets";
constexpr const char* kServiceInterface = "org.freedesktop.Secret.Service";
// What the Secret Service says instead of an object's path when there is none.
constexpr const char* kNoObject = "/";

// What to call and how the reply must look; anything else is a broken reply.
struct Method {
    const char* path;
    const char* interface;
    const char* name;
    const char* reply_type;
};

// To be used by the thread that made it. GLib's callbacks come in a main context of its own, so the host's main loop is
// neither needed nor disturbed.
class Keyring {
  public:
    explicit Keyring(Millis patience);
    ~Keyring();
    Keyring(const Keyring&) = delete;
    Keyring& operator=(const Keyring&) = delete;

    // `present`, or why there is no encrypted session.
    StoreResult open();
    // The reply, or null and `why`. Takes over floating arguments.
    Variant call(const Method& method, GVariant* arguments, StoreResult& why);
    // The same to the bus itself.
    Variant call_bus(const char* name, GVariant* arguments, const char* reply_type,
                     StoreResult& why);

    // The patience begins anew: a person answered a prompt, which may have taken minutes.
    void restart() { deadline_ = Deadline(patience_); }
    bool too_late() const { return deadline_.passed(); }
    // Runs callbacks until `done` or the deadline; true for `done`.
    bool wait(const bool& done, const Deadline& deadline);

    GDBusConnection* connection() const { return connection_.get(); }
    SecretService* service() const { return service_.get(); }
    const char* service_name() const;
    const char* session_path() const;

  private:
    StoreResult connect();
    StoreResult open_service();
    void wait_or_cancel(const bool& done, GCancellable* cancel);
    Variant call_on(const char* bus_name, const Method& method, GVariant* arguments,
                    StoreResult& why);

    const Millis patience_;
    Deadline deadline_;
    Context context_;
    Object<GDBusConnection> connection_;
    Object<SecretService> service_;
};

}  // namespace credit::keyring

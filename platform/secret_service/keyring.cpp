#include "platform/secret_service/keyring.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace credit::keyring {
namespace {

constexpr Millis kClosePatience{500};

// Asked here because GLib, where it finds no address, starts a program to make a bus.
bool bus_is_named() {
    const char* const address = std::getenv("DBUS_SESSION_BUS_ADDRESS");
    if (address != nullptr && *address != '\0') return true;
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    return runtime != nullptr && ::access((std::string(runtime) + "/bus").c_str(), F_OK) == 0;
}

template <class T>
struct Finished {
    T* made = nullptr;
    GError* error = nullptr;
    bool done = false;
};
using BusFinished = Finished<GDBusConnection>;
using ServiceFinished = Finished<SecretService>;

void on_bus(GObject*, GAsyncResult* result, gpointer data) {
    auto& finished = *static_cast<BusFinished*>(data);
    finished.made = lib().bus_get_finish(result, &finished.error);
    finished.done = true;
}

void on_service(GObject*, GAsyncResult* result, gpointer data) {
    auto& finished = *static_cast<ServiceFinished*>(data);
    finished.made = lib().service_open_finish(result, &finished.error);
    finished.done = true;
}

gboolean on_cancel(gpointer data) {
    lib().cancellable_cancel(static_cast<GCancellable*>(data));
    return G_SOURCE_REMOVE;
}

gboolean on_alarm(gpointer data) {
    *static_cast<bool*>(data) = true;
    return G_SOURCE_REMOVE;
}

// Calls back once, unless it goes out of scope before.
class Alarm {
  public:
    Alarm(GMainContext* context, int after_ms, GSourceFunc call, gpointer data)
        : source_(lib().timeout_source_new(static_cast<guint>(after_ms))) {
        lib().source_set_callback(source_.get(), call, data, nullptr);
        lib().source_attach(source_.get(), context);
    }
    ~Alarm() { lib().source_destroy(source_.get()); }
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;

  private:
    Source source_;
};

}  // namespace

Keyring::Keyring(Millis patience)
    : patience_(patience), deadline_(patience), context_(lib().main_context_new()) {
    lib().main_context_push_thread_default(context_.get());
}

Keyring::~Keyring() {
    if (service_ != nullptr && !deadline_.passed()) {
        // In a host that keeps the bus connection open the session would stay until the host ends.
        deadline_ = Deadline(min(kClosePatience, patience_));
        StoreResult ignored;
        call({session_path(), "org.freedesktop.Secret.Session", "Close", "()"}, nullptr, ignored);
    }
    service_.reset();
    connection_.reset();
    while (lib().main_context_iteration(context_.get(), FALSE) != FALSE) {
    }
    lib().main_context_pop_thread_default(context_.get());
}

void Keyring::wait_or_cancel(const bool& done, GCancellable* cancel) {
    const Alarm alarm(context_.get(), deadline_.left_ms(), on_cancel, cancel);
    while (!done)
        lib().main_context_iteration(context_.get(), TRUE);
}

bool Keyring::wait(const bool& done, const Deadline& deadline) {
    bool late = false;
    const Alarm alarm(context_.get(), deadline.left_ms(), on_alarm, &late);
    while (!done && !late)
        lib().main_context_iteration(context_.get(), TRUE);
    return done;
}

StoreResult Keyring::connect() {
    if (!bus_is_named()) return no_bus();
    BusFinished finished;
    const Object<GCancellable> cancel(lib().cancellable_new());
    lib().bus_get(G_BUS_TYPE_SESSION, cancel.get(), on_bus, &finished);
    wait_or_cancel(finished.done, cancel.get());
    if (finished.error != nullptr) return answer_for_bus(*Failure(finished.error));
    connection_.reset(finished.made);
    // By default GLib ends the whole process when the bus goes away; that is not an SDK's to do.
    lib().connection_set_exit_on_close(connection_.get(), FALSE);
    return {StoreAnswer::present, {}};
}

StoreResult Keyring::open_service() {
    ServiceFinished finished;
    const Object<GCancellable> cancel(lib().cancellable_new());
    lib().service_open(lib().service_get_type(), nullptr, SECRET_SERVICE_OPEN_SESSION, cancel.get(),
                       on_service, &finished);
    wait_or_cancel(finished.done, cancel.get());
    if (finished.error != nullptr) return answer_for(*Failure(finished.error));
    service_.reset(finished.made);
    // libsecret falls back to sending secrets in clear where the service knows no encryption, and says so only here.
    const char* const algorithms = lib().service_get_session_algorithms(service_.get());
    if (algorithms == nullptr || std::string_view(algorithms) == "plain") {
        return session_not_encrypted();
    }
    return {StoreAnswer::present, {}};
}

StoreResult Keyring::open() {
    StoreResult connected = connect();
    return connected.answer == StoreAnswer::present ? open_service() : connected;
}

const char* Keyring::service_name() const {
    return lib().proxy_get_name(reinterpret_cast<GDBusProxy*>(service_.get()));
}

const char* Keyring::session_path() const {
    return lib().service_get_session_path(service_.get());
}

Variant Keyring::call(const Method& method, GVariant* arguments, StoreResult& why) {
    return call_on(service_name(), method, arguments, why);
}

Variant Keyring::call_bus(const char* name, GVariant* arguments, const char* reply_type,
                          StoreResult& why) {
    constexpr const char* kBus = "org.freedesktop.DBus";
    return call_on(kBus, {"/org/freedesktop/DBus", kBus, name, reply_type}, arguments, why);
}

Variant Keyring::call_on(const char* bus_name, const Method& method, GVariant* arguments,
                         StoreResult& why) {
    // A reference of our own: floating arguments would be lost on the early way out.
    const Variant held(arguments == nullptr ? nullptr : lib().variant_ref_sink(arguments));
    if (deadline_.passed()) {
        why = credit::keyring::too_late();
        return nullptr;
    }
    GError* error = nullptr;
    Variant reply(lib().connection_call_sync(
        connection_.get(), bus_name, method.path, method.interface, method.name, held.get(),
        nullptr, G_DBUS_CALL_FLAGS_NONE, deadline_.left_ms(), nullptr, &error));
    if (error != nullptr) {
        why = answer_for(*Failure(error));
        return nullptr;
    }
    if (std::string_view(lib().variant_get_type_string(reply.get())) != method.reply_type) {
        why = broken_reply();
        return nullptr;
    }
    return reply;
}

}  // namespace credit::keyring

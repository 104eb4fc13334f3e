// libsecret and the GLib below it, loaded at run time: a server without a desktop runs the same libcredit.
#pragma once

// The functions that deal in object paths: named unstable, unchanged since 2012.
#define SECRET_API_SUBJECT_TO_CHANGE 1
#include <libsecret/secret.h>

#include <memory>

namespace credit::keyring {

// X(member, symbol). Everything this adapter calls stands here; nothing is linked.
#define CREDIT_LIBSECRET_FUNCTIONS(X)                                        \
    X(bus_get, g_bus_get)                                                    \
    X(bus_get_finish, g_bus_get_finish)                                      \
    X(cancellable_cancel, g_cancellable_cancel)                              \
    X(cancellable_new, g_cancellable_new)                                    \
    X(connection_call_sync, g_dbus_connection_call_sync)                     \
    X(connection_set_exit_on_close, g_dbus_connection_set_exit_on_close)     \
    X(connection_signal_subscribe, g_dbus_connection_signal_subscribe)       \
    X(connection_signal_unsubscribe, g_dbus_connection_signal_unsubscribe)   \
    X(dbus_error_get_remote_error, g_dbus_error_get_remote_error)            \
    X(dbus_error_quark, g_dbus_error_quark)                                  \
    X(error_free, g_error_free)                                              \
    X(free, g_free)                                                          \
    X(io_error_quark, g_io_error_quark)                                      \
    X(main_context_iteration, g_main_context_iteration)                      \
    X(main_context_new, g_main_context_new)                                  \
    X(main_context_pop_thread_default, g_main_context_pop_thread_default)    \
    X(main_context_push_thread_default, g_main_context_push_thread_default)  \
    X(main_context_unref, g_main_context_unref)                              \
    X(object_unref, g_object_unref)                                          \
    X(proxy_get_connection, g_dbus_proxy_get_connection)                     \
    X(proxy_get_name, g_dbus_proxy_get_name)                                 \
    X(service_decode_secret, secret_service_decode_dbus_secret)              \
    X(service_encode_secret, secret_service_encode_dbus_secret)              \
    X(service_get_session_algorithms, secret_service_get_session_algorithms) \
    X(service_get_session_path, secret_service_get_session_dbus_path)        \
    X(service_get_type, secret_service_get_type)                             \
    X(service_open, secret_service_open)                                     \
    X(service_open_finish, secret_service_open_finish)                       \
    X(source_attach, g_source_attach)                                        \
    X(source_destroy, g_source_destroy)                                      \
    X(source_set_callback, g_source_set_callback)                            \
    X(source_unref, g_source_unref)                                          \
    X(timeout_source_new, g_timeout_source_new)                              \
    X(value_get, secret_value_get)                                           \
    X(value_new, secret_value_new)                                           \
    X(value_unref, secret_value_unref)                                       \
    X(variant_get, g_variant_get)                                            \
    X(variant_get_child_value, g_variant_get_child_value)                    \
    X(variant_get_string, g_variant_get_string)                              \
    X(variant_get_type_string, g_variant_get_type_string)                    \
    X(variant_n_children, g_variant_n_children)                              \
    X(variant_new, g_variant_new)                                            \
    X(variant_new_objv, g_variant_new_objv)                                  \
    X(variant_new_parsed, g_variant_new_parsed)                              \
    X(variant_ref_sink, g_variant_ref_sink)                                  \
    X(variant_unref, g_variant_unref)

struct LibSecret {
#define X(member, symbol) decltype(&::symbol) member = nullptr;
    CREDIT_LIBSECRET_FUNCTIONS(X)
#undef X
};

// Loads the library at the first call and keeps it for the life of the process: GLib's types and its D-Bus thread cannot
// be unloaded. False where it is not installed or lacks a function.
bool load_libsecret() noexcept;
// Only after load_libsecret() said yes.
const LibSecret& lib() noexcept;

template <auto Member>
struct Release {
    template <class T>
    void operator()(T* held) const noexcept {
        (lib().*Member)(held);
    }
};
template <class T>
using Object = std::unique_ptr<T, Release<&LibSecret::object_unref>>;
using Variant = std::unique_ptr<GVariant, Release<&LibSecret::variant_unref>>;
using Failure = std::unique_ptr<GError, Release<&LibSecret::error_free>>;
using Value = std::unique_ptr<SecretValue, Release<&LibSecret::value_unref>>;
using Context = std::unique_ptr<GMainContext, Release<&LibSecret::main_context_unref>>;
using Source = std::unique_ptr<GSource, Release<&LibSecret::source_unref>>;

}  // namespace credit::keyring

#include "platform/secret_service/keyring_answers.h"

#include <string>
#include <string_view>

namespace credit::keyring {
namespace {

using std::string_view;

std::string remote_name(const GError& error) {
    char* const name = lib().dbus_error_get_remote_error(&error);
    if (name == nullptr) return {};
    std::string text = name;
    lib().free(name);
    return text;
}

StoreResult answer_for_name(string_view name) {
    if (name == "org.freedesktop.Secret.Error.IsLocked") return keyring_locked();
    // A session or an object that went away under our feet: the next attempt opens a new one.
    return {StoreAnswer::transient,
            "the Secret Service failed: " + std::string(name.empty() ? "unknown error" : name)};
}

StoreResult answer_for_dbus(const GError& error) {
    switch (error.code) {
        case G_DBUS_ERROR_SERVICE_UNKNOWN:
        case G_DBUS_ERROR_NAME_HAS_NO_OWNER:
        case G_DBUS_ERROR_UNKNOWN_INTERFACE:
        case G_DBUS_ERROR_SPAWN_EXEC_FAILED:
        case G_DBUS_ERROR_SPAWN_FORK_FAILED:
        case G_DBUS_ERROR_SPAWN_CHILD_EXITED:
        case G_DBUS_ERROR_SPAWN_CHILD_SIGNALED:
        case G_DBUS_ERROR_SPAWN_FAILED:
        case G_DBUS_ERROR_SPAWN_SETUP_FAILED:
        case G_DBUS_ERROR_SPAWN_SERVICE_INVALID:
        case G_DBUS_ERROR_SPAWN_SERVICE_NOT_FOUND:
        case G_DBUS_ERROR_SPAWN_PERMISSIONS_INVALID:
        case G_DBUS_ERROR_SPAWN_FILE_INVALID:
            return no_service();
        case G_DBUS_ERROR_ACCESS_DENIED:
        case G_DBUS_ERROR_AUTH_FAILED:
            return {StoreAnswer::denied,
                    "the session bus does not let this program use the keyring"};
        case G_DBUS_ERROR_TIMEOUT:
        case G_DBUS_ERROR_TIMED_OUT:
        case G_DBUS_ERROR_NO_REPLY:
            return too_late();
        default:
            return answer_for_name(remote_name(error));
    }
}

}  // namespace

StoreResult no_library() {
    return {StoreAnswer::unsupported,
            "libsecret is not installed: install it (Debian: libsecret-1-0) or configure another "
            "storage key"};
}

StoreResult no_bus() {
    return {StoreAnswer::unsupported,
            "there is no D-Bus session bus: run inside a login session or configure another "
            "storage key"};
}

StoreResult no_service() {
    return {StoreAnswer::unsupported,
            "no Secret Service answers on the session bus: start gnome-keyring, KWallet or "
            "KeePassXC, or configure another storage key"};
}

StoreResult keyring_locked() {
    return {StoreAnswer::locked, "the keyring is locked: unlock it and try again"};
}

StoreResult prompt_dismissed() {
    return {StoreAnswer::denied,
            "the prompt to unlock the keyring was dismissed: unlock the keyring and try again"};
}

StoreResult prompt_unanswered() {
    return {StoreAnswer::denied,
            "nobody answered the prompt to unlock the keyring: unlock it and try again"};
}

StoreResult too_late() {
    return {StoreAnswer::transient, "the Secret Service did not answer in time"};
}

StoreResult session_not_encrypted() {
    return {StoreAnswer::denied,
            "the Secret Service offers no encrypted session, and the key is not sent in clear: "
            "configure another storage key"};
}

StoreResult item_not_a_key() {
    return {StoreAnswer::denied,
            "the keyring's item for the Credit SDK does not hold 32 bytes: restore it, or remove "
            "it together with the stored sessions"};
}

StoreResult broken_reply() {
    return {StoreAnswer::transient, "the Secret Service gave a reply that cannot be read"};
}

StoreResult answer_for(const GError& error) {
    if (error.domain == lib().dbus_error_quark()) return answer_for_dbus(error);
    if (error.domain == lib().io_error_quark()) {
        if (error.code == G_IO_ERROR_CANCELLED || error.code == G_IO_ERROR_TIMED_OUT) {
            return too_late();  // nobody cancels but the deadline
        }
        return {StoreAnswer::transient, "the connection to the Secret Service failed"};
    }
    return answer_for_name(remote_name(error));
}

StoreResult answer_for_bus(const GError& error) {
    if (error.domain == lib().io_error_quark()) {
        switch (error.code) {
            case G_IO_ERROR_CANCELLED:
            case G_IO_ERROR_TIMED_OUT:
                return too_late();
            case G_IO_ERROR_PERMISSION_DENIED:
                return {StoreAnswer::denied, "the session bus does not let this program in"};
            default:
                return no_bus();
        }
    }
    if (error.domain == lib().dbus_error_quark()) return answer_for_dbus(error);
    return no_bus();
}

}  // namespace credit::keyring

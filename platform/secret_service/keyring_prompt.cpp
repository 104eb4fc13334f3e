#include "platform/secret_service/keyring_prompt.h"

namespace credit::keyring {
namespace {

constexpr const char* kInterface = "org.freedesktop.Secret.Prompt";

struct Completed {
    bool done = false;
    bool dismissed = true;
};

void on_completed(GDBusConnection*, const gchar*, const gchar*, const gchar*, const gchar*,
                  GVariant* parameters, gpointer data) {
    auto& completed = *static_cast<Completed*>(data);
    const std::string_view type = lib().variant_get_type_string(parameters);
    if (type == "(bv)") {
        gboolean dismissed = TRUE;
        lib().variant_get(parameters, "(bv)", &dismissed, nullptr);
        completed.dismissed = dismissed != FALSE;
    }
    completed.done = true;
}

class Subscription {
  public:
    Subscription(const Keyring& keyring, const char* path, Completed& completed)
        : connection_(keyring.connection()),
          id_(lib().connection_signal_subscribe(
              connection_, keyring.service_name(), kInterface, "Completed", path, nullptr,
              G_DBUS_SIGNAL_FLAGS_NONE, on_completed, &completed, nullptr)) {}
    ~Subscription() { lib().connection_signal_unsubscribe(connection_, id_); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

  private:
    GDBusConnection* const connection_;
    const guint id_;
};

}  // namespace

StoreResult PromptRule::run(Keyring& keyring, const std::string& prompt_path) {
    if (!allowed_) return keyring_locked();
    if (!quiet_until_.passed()) return refusal_;
    StoreResult shown = show(keyring, prompt_path);
    keyring.restart();
    if (shown.answer == StoreAnswer::denied) {
        refusal_ = shown;
        quiet_until_ = Deadline(pause_);
    }
    return shown;
}

StoreResult PromptRule::show(Keyring& keyring, const std::string& prompt_path) {
    Completed completed;
    const Subscription subscription(keyring, prompt_path.c_str(), completed);
    StoreResult why;
    const Method prompt{prompt_path.c_str(), kInterface, "Prompt", "()"};
    if (keyring.call(prompt, lib().variant_new("(s)", ""), why) == nullptr) return why;
    if (!keyring.wait(completed.done, Deadline(patience_))) {
        keyring.restart();
        keyring.call({prompt_path.c_str(), kInterface, "Dismiss", "()"}, nullptr, why);
        return prompt_unanswered();
    }
    if (completed.dismissed) return prompt_dismissed();
    return {StoreAnswer::present, {}};
}

}  // namespace credit::keyring

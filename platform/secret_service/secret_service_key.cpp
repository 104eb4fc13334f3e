#include "platform/secret_service/secret_service_key.h"

#include <chrono>
#include <thread>
#include <utility>

#include "core/base/check.h"
#include "platform/secret_service/creation_guard.h"
#include "platform/secret_service/keyring_items.h"

namespace credit {
namespace {

using namespace keyring;  // NOLINT: the parts of this adapter

constexpr std::chrono::milliseconds kCreationPoll{20};

std::string hex(const RecordHeader::Hash& hash) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : hash) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

ItemName name_of(const SecretServiceSettings& settings) {
    return {"credit", settings.environment == Environment::live ? "live" : "test",
            hex(label_hash("credit keyring origin v1", settings.origin))};
}

SecretRef random_key(Entropy& entropy) {
    auto made = std::make_shared<Secret>(SealingKey::kBytes);
    entropy.fill(std::as_writable_bytes(std::span(made->writable(), made->size())));
    return made;
}

}  // namespace

struct SecretServiceKey::Conversation {
    Conversation(SecretServiceSettings given, std::shared_ptr<Entropy> source)
        : settings(std::move(given)),
          name(name_of(settings)),
          entropy(std::move(source)),
          prompts(settings.allow_prompt, settings.prompt_patience, settings.prompt_pause) {}

    StoreResult hold(SecretRef& key);
    StoreResult make(Keyring& keyring, KeyringItems& items, std::string& item);

    const SecretServiceSettings settings;
    const ItemName name;
    const std::shared_ptr<Entropy> entropy;
    PromptRule prompts;
};

StoreResult SecretServiceKey::Conversation::hold(SecretRef& key) {
    if (!load_libsecret()) return no_library();
    Keyring keyring(settings.patience);
    StoreResult step = keyring.open();
    if (step.answer != StoreAnswer::present) return step;
    KeyringItems items(keyring, prompts, name);
    std::string item;
    step = items.find(item);
    if (step.answer == StoreAnswer::absent) step = make(keyring, items, item);
    if (step.answer != StoreAnswer::present) return step;
    return items.read(item, key);
}

// First writer wins: one process at a time looks and creates, and everybody uses what is found afterwards.
StoreResult SecretServiceKey::Conversation::make(Keyring& keyring, KeyringItems& items,
                                                 std::string& item) {
    // Before the guard: a prompt may take minutes, and a locked keyring may show no items at all.
    StoreResult step = items.unlock_default();
    if (step.answer != StoreAnswer::done) return step;
    CreationGuard guard(
        keyring, "com.aarthiklabs.credit.SealingKey." + name.environment + "_" + name.origin_hash);
    for (;;) {
        const StoreResult taken = guard.try_to_take();
        const bool held = taken.answer == StoreAnswer::done;
        if (!held && !taken.detail.empty()) return taken;
        step = items.find(item);
        if (step.answer != StoreAnswer::absent) return step;
        if (held) break;
        std::this_thread::sleep_for(kCreationPoll);
    }
    step = items.create(random_key(*entropy));
    if (step.answer != StoreAnswer::done) return step;
    step = items.find(item);
    if (step.answer != StoreAnswer::absent) return step;
    return {StoreAnswer::transient, "the keyring did not keep the new key"};
}

SecretServiceKey::SecretServiceKey(SecretServiceSettings settings, std::shared_ptr<Entropy> entropy)
    : conversation_(std::make_unique<Conversation>(std::move(settings), std::move(entropy))) {
    CREDIT_CHECK(conversation_->entropy != nullptr);
}

SecretServiceKey::~SecretServiceKey() = default;

StoreResult SecretServiceKey::fetch(SecretRef& key) {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (key_ == nullptr) {
        SecretRef found;
        StoreResult result = conversation_->hold(found);
        if (result.answer != StoreAnswer::present) return result;
        key_ = std::move(found);
    }
    key = key_;
    return {StoreAnswer::present, {}};
}

}  // namespace credit

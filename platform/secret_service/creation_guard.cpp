#include "platform/secret_service/creation_guard.h"

#include <utility>

namespace credit::keyring {
namespace {

constexpr guint kDoNotQueue = 4;
constexpr guint kPrimaryOwner = 1;
constexpr guint kAlreadyOwner = 4;

std::mutex& threads_of_process() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

CreationGuard::CreationGuard(Keyring& keyring, std::string name)
    : keyring_(keyring), name_(std::move(name)), threads_(threads_of_process()) {}

CreationGuard::~CreationGuard() {
    if (!held_) return;
    keyring_.restart();  // too late to create is not too late to make way for others
    StoreResult ignored;
    keyring_.call_bus("ReleaseName", lib().variant_new("(s)", name_.c_str()), "(u)", ignored);
}

StoreResult CreationGuard::try_to_take() {
    StoreResult why;
    const Variant reply = keyring_.call_bus(
        "RequestName", lib().variant_new("(su)", name_.c_str(), kDoNotQueue), "(u)", why);
    if (reply == nullptr) return why;
    guint32 said = 0;
    lib().variant_get(reply.get(), "(u)", &said);
    held_ = said == kPrimaryOwner || said == kAlreadyOwner;
    if (held_) return {StoreAnswer::done, {}};
    return {StoreAnswer::transient, {}};
}

}  // namespace credit::keyring

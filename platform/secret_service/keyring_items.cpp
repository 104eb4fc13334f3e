#include "platform/secret_service/keyring_items.h"

#include <cstdint>
#include <limits>
#include <memory>

#include "core/ports/sealing_key.h"

namespace credit::keyring {
namespace {

constexpr std::size_t kMostItems = 64;

constexpr const char* kCollectionInterface = "org.freedesktop.Secret.Collection";
constexpr const char* kItemInterface = "org.freedesktop.Secret.Item";

Method of_service(const char* name, const char* reply_type) {
    return {kServicePath, kServiceInterface, name, reply_type};
}

std::string text_of(const Variant& value) {
    return lib().variant_get_string(value.get(), nullptr);
}

Variant child(const Variant& parent, std::size_t index) {
    return Variant(lib().variant_get_child_value(parent.get(), index));
}

void append_paths(const Variant& list, std::vector<std::string>& paths) {
    const std::size_t count = lib().variant_n_children(list.get());
    for (std::size_t i = 0; i < count && paths.size() < kMostItems; ++i)
        paths.push_back(text_of(child(list, i)));
}

std::string collection_of(const std::string& item) {
    return item.substr(0, item.rfind('/'));
}

StoreResult done() {
    return {StoreAnswer::done, {}};
}

}  // namespace

Variant KeyringItems::attributes() const {
    return Variant(lib().variant_ref_sink(lib().variant_new_parsed(
        "@a{ss} {'sdk': %s, 'environment': %s, 'origin': %s}", name_.sdk.c_str(),
        name_.environment.c_str(), name_.origin_hash.c_str())));
}

StoreResult KeyringItems::find(std::string& item) {
    StoreResult why;
    const Variant wanted = attributes();
    const Variant reply = keyring_.call(of_service("SearchItems", "(aoao)"),
                                        lib().variant_new("(@a{ss})", wanted.get()), why);
    if (reply == nullptr) return why;
    std::vector<std::string> items;
    append_paths(child(reply, 0), items);
    append_paths(child(reply, 1), items);  // the locked ones count just as much
    if (items.empty()) return {StoreAnswer::absent, {}};
    if (items.size() > 1) return oldest_of(items, item);
    item = items.front();
    return {StoreAnswer::present, {}};
}

// Several can only be there if something else than this code made or restored them. Everybody has to choose the same one,
// and the first one is what existing records are sealed with.
StoreResult KeyringItems::oldest_of(const std::vector<std::string>& items, std::string& oldest) {
    std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
    for (const std::string& path : items) {
        StoreResult why;
        const Method get{path.c_str(), "org.freedesktop.DBus.Properties", "Get", "(v)"};
        const Variant reply =
            keyring_.call(get, lib().variant_new("(ss)", kItemInterface, "Created"), why);
        if (reply == nullptr) return why;
        const Variant boxed = child(reply, 0);
        const Variant created = child(boxed, 0);
        if (std::string_view(lib().variant_get_type_string(created.get())) != "t") {
            return broken_reply();
        }
        guint64 at = 0;
        lib().variant_get(created.get(), "t", &at);
        if (oldest.empty() || at < best || (at == best && path < oldest)) {
            best = at;
            oldest = path;
        }
    }
    return {StoreAnswer::present, {}};
}

// Always asked for, also where nothing looks locked: some services say so only when asked, and some lock single items.
StoreResult KeyringItems::unlock(const std::vector<std::string>& paths) {
    std::vector<const char*> raw;
    for (const std::string& path : paths)
        raw.push_back(path.c_str());
    for (int round = 0; round < 2; ++round) {
        StoreResult why;
        GVariant* const list = lib().variant_new_objv(raw.data(), static_cast<gssize>(raw.size()));
        const Variant reply =
            keyring_.call(of_service("Unlock", "(aoo)"), lib().variant_new("(@ao)", list), why);
        if (reply == nullptr) return why;
        const std::string prompt = text_of(child(reply, 1));
        if (prompt == kNoObject) return done();
        if (round > 0) break;
        StoreResult prompted = prompts_.run(keyring_, prompt);
        if (prompted.answer != StoreAnswer::present) return prompted;
    }
    return keyring_locked();
}

StoreResult KeyringItems::unlock_default() {
    StoreResult why;
    for (int round = 0; round < 2; ++round) {
        const Variant reply =
            keyring_.call(of_service("ReadAlias", "(o)"), lib().variant_new("(s)", "default"), why);
        if (reply == nullptr) return why;
        collection_ = text_of(child(reply, 0));
        if (collection_ != kNoObject) return unlock({collection_});
        if (round > 0) break;
        StoreResult made = create_collection();
        if (made.answer != StoreAnswer::done) return made;
    }
    return keyring_locked();
}

// A desktop makes its first keyring when its user logs in; before that a person has to choose a password.
StoreResult KeyringItems::create_collection() {
    StoreResult why;
    GVariant* const properties = lib().variant_new_parsed(
        "@a{sv} {'org.freedesktop.Secret.Collection.Label': <'Default keyring'>}");
    const Variant reply = keyring_.call(of_service("CreateCollection", "(oo)"),
                                        lib().variant_new("(@a{sv}s)", properties, "default"), why);
    if (reply == nullptr) return why;
    const std::string prompt = text_of(child(reply, 1));
    if (prompt == kNoObject) return done();
    StoreResult prompted = prompts_.run(keyring_, prompt);
    return prompted.answer == StoreAnswer::present ? done() : prompted;
}

StoreResult KeyringItems::create(const SecretRef& key) {
    const Value value(
        lib().value_new(key->data(), static_cast<gssize>(key->size()), "application/octet-stream"));
    const Variant wanted = attributes();
    GVariant* const properties = lib().variant_new_parsed(
        "@a{sv} {'org.freedesktop.Secret.Item.Label': <'Credit SDK storage key'>, "
        "'org.freedesktop.Secret.Item.Attributes': <%@a{ss}>}",
        wanted.get());
    GVariant* const sealed = lib().service_encode_secret(keyring_.service(), value.get());
    // Not replacing: what another process stored meanwhile must survive.
    StoreResult why;
    const Method create{collection_.c_str(), kCollectionInterface, "CreateItem", "(oo)"};
    const Variant reply = keyring_.call(
        create, lib().variant_new("(@a{sv}@(oayays)b)", properties, sealed, FALSE), why);
    if (reply == nullptr) return why;
    const std::string prompt = text_of(child(reply, 1));
    if (prompt == kNoObject) return done();
    StoreResult prompted = prompts_.run(keyring_, prompt);
    return prompted.answer == StoreAnswer::present ? done() : prompted;
}

StoreResult KeyringItems::read(const std::string& item, SecretRef& key) {
    StoreResult unlocked = unlock({collection_of(item), item});
    if (unlocked.answer != StoreAnswer::done) return unlocked;
    StoreResult why;
    const Method get{item.c_str(), kItemInterface, "GetSecret", "((oayays))"};
    const Variant reply =
        keyring_.call(get, lib().variant_new("(o)", keyring_.session_path()), why);
    if (reply == nullptr) return why;
    const Variant sealed = child(reply, 0);
    const Value value(lib().service_decode_secret(keyring_.service(), sealed.get()));
    if (value == nullptr) return broken_reply();
    gsize size = 0;
    const char* const bytes = lib().value_get(value.get(), &size);
    if (bytes == nullptr || size != SealingKey::kBytes) return item_not_a_key();
    key = Secret::copy_of(std::string_view(bytes, size));
    return {StoreAnswer::present, {}};
}

}  // namespace credit::keyring

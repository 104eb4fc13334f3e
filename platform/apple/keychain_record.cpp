#include "platform/apple/keychain_record.h"

#include <cstring>
#include <utility>

#include "core/base/check.h"

namespace credit {
namespace {

constexpr Millis kLockPatience = seconds(2);
constexpr std::array<const char*, 2> kSlots{".a", ".b"};
constexpr std::array<const char*, 2> kSetAside{".q1", ".q2"};

const StoreResult kDone{StoreAnswer::done, {}};

const Item* find_state(const std::array<Item, 2>& items, ItemState state) noexcept {
    for (const Item& item : items) {
        if (item.state == state) return &item;
    }
    return nullptr;
}

bool needs_setting_aside(const Item& item) noexcept {
    return item.state == ItemState::damaged || item.state == ItemState::foreign;
}

// "item a does not authenticate, item b is cut short"
StoreResult answer(StoreAnswer what, const std::array<Item, 2>& items) {
    std::string text;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (*items[i].why == '\0') continue;
        text += text.empty() ? "item " : ", item ";
        text += kSlots[i][1];
        text += ' ';
        text += items[i].why;
    }
    return {what, std::move(text)};
}

}  // namespace

KeychainRecord::KeychainRecord(std::shared_ptr<const KeychainParts> parts, const RecordKey& key)
    : parts_(std::move(parts)),
      key_(key),
      lock_name_(key.name + ".lock"),
      lock_(parts_->activity) {}

// The install is part of the name: what a former install left behind is not this one's, and two apps of one access group
// with containers of their own do not overwrite each other.
std::string KeychainRecord::account(const Scan& found, const char* suffix) const {
    return key_.name + "." + found.key.tag + suffix;
}

StoreResult KeychainRecord::read_item(Scan& out, std::size_t index) const {
    Item& item = out.items[index];
    StoreResult read = parts_->keychain.read(account(out, kSlots[index]), item.bytes);
    if (read.answer == StoreAnswer::present) {
        judge_item(item, key_, out.key);
    } else if (read.answer == StoreAnswer::corrupt) {
        item.state = ItemState::damaged;
        item.why = "cannot be decoded by the Keychain";
    } else if (read.answer != StoreAnswer::absent) {
        return read;
    }
    return kDone;
}

// "Not found" is what a Keychain that is not open yet answers too.
StoreResult KeychainRecord::confirm_missing(Scan& out) const {
    if (find_state(out.items, ItemState::missing) == nullptr) return kDone;
    StoreResult proved = parts_->keychain.prove_writable();
    if (proved.answer != StoreAnswer::done) return proved;
    for (std::size_t i = 0; i < 2; ++i) {
        if (out.items[i].state != ItemState::missing) continue;
        StoreResult read = read_item(out, i);
        if (read.answer != StoreAnswer::done) return read;
    }
    return kDone;
}

StoreResult KeychainRecord::read_items(Scan& out) const {
    for (std::size_t i = 0; i < 2; ++i) {
        StoreResult read = read_item(out, i);
        if (read.answer != StoreAnswer::done) return read;
    }
    StoreResult confirmed = confirm_missing(out);
    if (confirmed.answer != StoreAnswer::done) return confirmed;
    for (std::size_t i = 0; i < 2; ++i) {
        const Item& item = out.items[i];
        if (item.state != ItemState::valid) continue;
        if (out.newest < 0 || item.header.write_seq > out.items[0].header.write_seq) {
            out.newest = static_cast<int>(i);
        }
    }
    return {StoreAnswer::present, {}};
}

StoreResult KeychainRecord::scan(Scan& out) const {
    if (!parts_->has_group) return {StoreAnswer::denied, "no access group is configured"};
    StoreResult key = parts_->install.fetch(out.key);
    if (key.answer != StoreAnswer::present) return key;
    return read_items(out);
}

StoreResult KeychainRecord::verdict(const Scan& found) const {
    const Item* newer = find_state(found.items, ItemState::newer);
    if (newer != nullptr) {
        const bool ours_is_later =
            found.newest >= 0 &&
            found.items[static_cast<std::size_t>(found.newest)].header.write_seq >
                newer->header.write_seq;
        if (!ours_is_later) return answer(StoreAnswer::newer_format, found.items);
    }
    if (found.newest >= 0) return answer(StoreAnswer::present, found.items);
    if (find_state(found.items, ItemState::wrong_key) != nullptr) {
        return answer(StoreAnswer::wrong_key, found.items);
    }
    for (const Item& item : found.items) {
        if (needs_setting_aside(item)) return answer(StoreAnswer::corrupt, found.items);
    }
    // What was damaged is not empty because it was set aside: that is so until something is stored.
    std::vector<std::byte> evidence;
    for (const char* suffix : kSetAside) {
        StoreResult read = parts_->keychain.read(account(found, suffix), evidence);
        if (read.answer == StoreAnswer::absent) continue;
        if (read.answer != StoreAnswer::present) return read;
        return {StoreAnswer::corrupt,
                "a damaged record is quarantined and nothing was stored since"};
    }
    return {StoreAnswer::absent, {}};
}

StoreResult KeychainRecord::load_from(RecordHeader& header, SecretBuffer& body, Scan& found) const {
    found = Scan{};
    StoreResult scanned = scan(found);
    if (scanned.answer != StoreAnswer::present) return scanned;
    StoreResult judged = verdict(found);
    if (judged.answer != StoreAnswer::present) return judged;
    const Item& newest = found.items[static_cast<std::size_t>(found.newest)];
    header = newest.header;
    const bool opened = open_item(newest, found.key, body);
    CREDIT_CHECK(opened);
    return judged;
}

StoreResult KeychainRecord::load(RecordHeader& header, SecretBuffer& body) {
    body.clear();
    Scan found;
    StoreResult loaded = load_from(header, body, found);
    const bool damage = needs_setting_aside(found.items[0]) || needs_setting_aside(found.items[1]);
    if (loaded.answer != StoreAnswer::corrupt || !damage) return loaded;
    return under_lock([&] {
        StoreResult again = load_from(header, body, found);
        if (again.answer != StoreAnswer::corrupt) return again;
        const StoreResult aside = set_aside_damage(found);
        again.detail += aside.answer == StoreAnswer::done ? "; quarantined" : "; " + aside.detail;
        return again;
    });
}

StorePeek KeychainRecord::peek() {
    Scan found;
    const StoreResult scanned = scan(found);
    if (scanned.answer != StoreAnswer::present) return {scanned.answer, {}};
    const StoreAnswer judged = verdict(found).answer;
    if (judged == StoreAnswer::newer_format) {
        return {judged, find_state(found.items, ItemState::newer)->header};
    }
    if (judged != StoreAnswer::present) return {judged, {}};
    return {judged, found.items[static_cast<std::size_t>(found.newest)].header};
}

// The first evidence is never overwritten; the second place holds the latest.
StoreResult KeychainRecord::set_aside(Scan& found, std::size_t index) const {
    Item& item = found.items[index];
    if (!item.bytes.empty()) {
        std::vector<std::byte> there;
        StoreResult first = parts_->keychain.read(account(found, kSetAside[0]), there);
        if (first.answer != StoreAnswer::present && first.answer != StoreAnswer::absent)
            return first;
        const char* place = kSetAside[first.answer == StoreAnswer::absent ? 0 : 1];
        StoreResult kept = parts_->keychain.write(account(found, place), item.bytes);
        if (kept.answer != StoreAnswer::done) return kept;
    }
    StoreResult emptied = parts_->keychain.write(account(found, kSlots[index]), empty_item());
    if (emptied.answer == StoreAnswer::done) item = Item{ItemState::empty, {}, {}, ""};
    return emptied;
}

StoreResult KeychainRecord::set_aside_damage(Scan& found) const {
    for (std::size_t i = 0; i < 2; ++i) {
        if (!needs_setting_aside(found.items[i])) continue;
        StoreResult moved = set_aside(found, i);
        if (moved.answer != StoreAnswer::done) return moved;
    }
    return kDone;
}

StoreResult KeychainRecord::refusal_to_write(const Scan& found, const RecordHeader& header) const {
    if (find_state(found.items, ItemState::newer) != nullptr) {
        return answer(StoreAnswer::newer_format, found.items);
    }
    if (found.newest < 0 && find_state(found.items, ItemState::wrong_key) != nullptr) {
        return answer(StoreAnswer::wrong_key, found.items);
    }
    if (found.newest >= 0 &&
        header.write_seq <= found.items[static_cast<std::size_t>(found.newest)].header.write_seq) {
        return {StoreAnswer::transient, "write_seq is not newer"};
    }
    return kDone;
}

// Both items exist before the first write (R7), so that later a missing one is a reason to ask twice; and what must not be
// overwritten is saved.
StoreResult KeychainRecord::make_ready(Scan& found) const {
    for (std::size_t i = 0; i < 2; ++i) {
        Item& item = found.items[i];
        const bool keep = item.state == ItemState::foreign || item.state == ItemState::wrong_key ||
                          (item.state == ItemState::damaged && found.newest < 0);
        StoreResult step = kDone;
        if (keep) {
            step = set_aside(found, i);
        } else if (item.state == ItemState::missing) {
            step = parts_->keychain.write(account(found, kSlots[i]), empty_item());
        }
        if (step.answer != StoreAnswer::done) return step;
    }
    return kDone;
}

StoreResult KeychainRecord::write(const RecordHeader& header, const SecretBuffer& body,
                                  bool both_slots) const {
    Scan found;
    if (!parts_->has_group) return {StoreAnswer::denied, "no access group is configured"};
    StoreResult step = parts_->install.fetch_or_make(found.key);
    if (step.answer != StoreAnswer::present) return step;
    step = read_items(found);
    if (step.answer != StoreAnswer::present) return step;
    step = refusal_to_write(found, header);
    if (step.answer != StoreAnswer::done) return step;
    step = make_ready(found);
    if (step.answer != StoreAnswer::done) return step;

    RecordHeader sealed = header;
    sealed.key_check = found.key.check;
    sealed.body_size = static_cast<std::uint32_t>(body.size());
    const std::vector<std::byte> bytes =
        seal_item(sealed, body.view(), found.key, *parts_->entropy);
    const std::size_t target = found.newest == 0 ? 1 : 0;
    step = parts_->keychain.write(account(found, kSlots[target]), bytes);
    if (step.answer != StoreAnswer::done || !both_slots) return step;
    return parts_->keychain.write(account(found, kSlots[1 - target]), bytes);
}

StoreResult KeychainRecord::replace(const RecordHeader& header, const SecretBuffer& body,
                                    bool both_slots) {
    CREDIT_CHECK(lock_.wanted());
    CREDIT_CHECK(body.size() <= RecordHeader::kMaxBodyBytes);
    CREDIT_CHECK(belongs_to(header, key_) && header.format == RecordHeader::kFormat);
    return lock_.while_held([&] { return write(header, body, both_slots); });
}

template <typename Step>
StoreResult KeychainRecord::under_lock(Step step) {
    if (lock_.wanted()) return lock_.while_held(step);
    StoreResult locked = lock();
    if (locked.answer != StoreAnswer::done) return locked;
    StoreResult result = lock_.while_held(step);
    lock_.release();
    return result;
}

StoreResult KeychainRecord::erase() {
    return under_lock([&] { return erase_items(); });
}

StoreResult KeychainRecord::erase_items() const {
    Scan found;
    StoreResult scanned = scan(found);
    if (scanned.answer == StoreAnswer::absent) return kDone;
    if (scanned.answer == StoreAnswer::corrupt) return parts_->install.erase_damaged();
    if (scanned.answer != StoreAnswer::present) return scanned;
    if (find_state(found.items, ItemState::newer) != nullptr) {
        return {StoreAnswer::newer_format, "written by a newer SDK"};
    }
    // The older one first: an erasure cut short must not bring an older record back.
    const bool a_is_newer = found.items[0].header.write_seq > found.items[1].header.write_seq;
    const std::size_t older = a_is_newer ? 1 : 0;
    StoreResult result = kDone;
    for (const char* suffix : {kSlots[older], kSlots[1 - older], kSetAside[0], kSetAside[1]}) {
        StoreResult removed = parts_->keychain.remove(account(found, suffix));
        if (removed.answer != StoreAnswer::done) result = std::move(removed);
    }
    return result;
}

StoreResult KeychainRecord::erase_quarantine() {
    return under_lock([&] {
        InstallKey::Held key;
        StoreResult step = parts_->install.fetch(key);
        if (step.answer == StoreAnswer::absent) return kDone;
        if (step.answer == StoreAnswer::corrupt) return parts_->install.erase_damaged();
        if (step.answer != StoreAnswer::present) return step;
        Scan named;
        named.key = std::move(key);
        for (const char* suffix : kSetAside) {
            step = parts_->keychain.remove(account(named, suffix));
            if (step.answer != StoreAnswer::done) return step;
        }
        return parts_->install.erase_damaged();
    });
}

StoreResult KeychainRecord::lock() {
    CREDIT_CHECK(!lock_.wanted());
    File folder;
    StoreResult opened = parts_->container.open(Container::Missing::create, folder);
    if (opened.answer != StoreAnswer::present) return opened;
    return lock_.acquire(folder.get(), lock_name_, kLockPatience);
}

void KeychainRecord::unlock() {
    CREDIT_CHECK(lock_.wanted());
    lock_.release();
}

}  // namespace credit

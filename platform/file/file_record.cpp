#include "platform/file/file_record.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "platform/file/quarantine.h"
#include "platform/file/slot_judge.h"
#include "platform/file/slot_reader.h"
#include "platform/file/slot_writer.h"
#include "platform/file/syscalls.h"

namespace credit {
namespace {

constexpr Millis kLockPatience = seconds(2);
constexpr std::size_t kBlock = 4096;

constexpr std::size_t whole_blocks(std::size_t bytes) {
    return (bytes + kBlock - 1) / kBlock * kBlock;
}

SlotStamp stamp_of(const SlotBytes& bytes) noexcept {
    SlotStamp stamp;
    std::copy_n(bytes.begin(), stamp.size(), stamp.begin());
    return stamp;
}

// How much of the slot may hold something, so that no tail of an older record is left behind a
// shorter one.
std::size_t extent_of(const Slot& slot) noexcept {
    if (slot.state == SlotState::empty) return 0;
    if (slot.state == SlotState::valid) return image_bytes(slot.header.body_size);
    return kSlotBytes;
}

}  // namespace

FileRecord::FileRecord(std::shared_ptr<FileStoreParts> parts, const RecordKey& key)
    : parts_(std::move(parts)), key_(key), names_(key.name) {}

StoreResult FileRecord::scan(int folder, Scan& out) {
    bool filled = false;
    for (std::size_t i = 0; i < 2; ++i) {
        out.slots[i] = read_slot(folder, names_.slots[i].c_str(), parts_->scratch.slots[i]);
        filled = filled || out.slots[i].state == SlotState::filled;
    }
    if (!filled) return {StoreAnswer::present, {}};
    StoreResult key = parts_->sealer.unlock();
    for (std::size_t i = 0; i < 2; ++i) {
        Slot& slot = out.slots[i];
        if (slot.state != SlotState::filled) continue;
        const SlotBytes& bytes = parts_->scratch.slots[i];
        if (key.answer != StoreAnswer::present) {
            note_newer_format(slot, bytes, key_);
            continue;
        }
        judge_slot(slot, bytes, key_, parts_->sealer);
        distrust_failed_write(i, slot);
        if (slot.state == SlotState::valid &&
            (out.newest < 0 || slot.header.write_seq > out.slots[0].header.write_seq)) {
            out.newest = static_cast<int>(i);
        }
    }
    return key;
}

// What the page cache shows of a write whose sync failed may not be on the medium (R2).
void FileRecord::distrust_failed_write(std::size_t index, Slot& slot) {
    if (slot.state != SlotState::valid || !failed_[index]) return;
    if (*failed_[index] == stamp_of(parts_->scratch.slots[index])) {
        slot.state = SlotState::damaged;
        slot.why = "was not made durable";
    } else {
        failed_[index].reset();  // another process has written it since
    }
}

// R3: before a phone's first unlock an app's folder seems not to be there at all; its key says that it is locked.
StoreResult FileRecord::absent_unless_locked() {
    StoreResult key = parts_->sealer.unlock();
    hidden_ = key.answer == StoreAnswer::locked;
    return hidden_ ? key : StoreResult{StoreAnswer::absent, {}};
}

StoreResult FileRecord::load(RecordHeader& header, SecretBuffer& body) {
    FolderRef folder;
    StoreResult opened = parts_->folder.open(Folder::Missing::report, folder);
    if (opened.answer == StoreAnswer::absent) return absent_unless_locked();
    if (opened.answer != StoreAnswer::present) return opened;
    bool settled = false;
    StoreResult first = load_from(folder->get(), lock_.held(), header, body, settled);
    if (settled || lock_.held()) return first;
    // An odd slot may be one that another process is writing right now: only a look under the lock
    // counts.
    std::optional<CommitLock> taken;
    StoreResult locked = borrow_lock(folder->get(), taken);
    if (locked.answer != StoreAnswer::done) {
        return first.answer == StoreAnswer::corrupt ? locked : first;
    }
    return load_from(folder->get(), true, header, body, settled);
}

StoreResult FileRecord::load_from(int folder, bool locked, RecordHeader& header, SecretBuffer& body,
                                  bool& settled) {
    const std::lock_guard<std::mutex> hold(parts_->scratch.mutex);
    body.clear();
    Scan found;
    const StoreResult key = scan(folder, found);
    settled = is_settled(found.slots);
    StoreResult verdict = judge_record(found.slots, found.newest, key);
    if (verdict.answer == StoreAnswer::absent && has_quarantined(folder, names_)) {
        // What was damaged is not empty because it was set aside: that is so until something is stored.
        return {StoreAnswer::corrupt,
                "a damaged record is quarantined and nothing was stored since"};
    }
    if (verdict.answer == StoreAnswer::corrupt && locked) {
        const StoreResult aside = set_aside_damage(folder, found);
        verdict.detail += aside.answer == StoreAnswer::done ? "; quarantined" : "; " + aside.detail;
    }
    if (verdict.answer != StoreAnswer::present) return verdict;
    const auto newest = static_cast<std::size_t>(found.newest);
    header = found.slots[newest].header;
    const bool opened = parts_->sealer.open(header, parts_->scratch.slots[newest], body);
    CREDIT_CHECK(opened);
    const bool other_is_usable = is_settled(found.slots);
    passed_over_[newest].reset();
    passed_over_[1 - newest].reset();
    if (!other_is_usable) passed_over_[1 - newest] = stamp_of(parts_->scratch.slots[1 - newest]);
    return verdict;
}

StoreResult FileRecord::set_aside_damage(int folder, Scan& found) {
    for (std::size_t i = 0; i < 2; ++i) {
        Slot& slot = found.slots[i];
        if (slot.state != SlotState::damaged && slot.state != SlotState::foreign) continue;
        StoreResult moved = quarantine_slot(folder, names_, names_.slots[i].c_str());
        if (moved.answer != StoreAnswer::done) return moved;
        slot = Slot{};
        // Without a new slot the record still reads as absent, and the next write makes one.
        const char* name = names_.slots[i].c_str();
        if (write_fresh(folder, name, names_.fresh.c_str(), {}).answer == StoreAnswer::done) {
            slot.state = SlotState::empty;
            slot.full_size = true;
        }
    }
    return {StoreAnswer::done, {}};
}

StorePeek FileRecord::peek() {
    FolderRef folder;
    const StoreResult opened = parts_->folder.open(Folder::Missing::report, folder);
    if (opened.answer == StoreAnswer::absent && hidden_) return {StoreAnswer::locked, {}};
    if (opened.answer != StoreAnswer::present) return {opened.answer, {}};
    StorePeek newest{StoreAnswer::absent, {}};
    for (std::size_t i = 0; i < 2; ++i) {
        SlotStamp stamp;
        Slot slot = read_stamp(folder->get(), names_.slots[i].c_str(), stamp);
        if (slot.state == SlotState::missing || slot.state == SlotState::empty) continue;
        if (slot.state == SlotState::unreadable) return {answer_for(slot.error), {}};
        if (passed_over_[i] == stamp) continue;
        const StoreAnswer answer = judge_stamp(slot, stamp, key_);
        const bool better =
            is_header_read(answer)
                ? !is_header_read(newest.answer) || slot.header.write_seq > newest.header.write_seq
                : newest.answer == StoreAnswer::absent;
        if (better) newest = {answer, slot.header};
    }
    return newest;
}

StoreResult FileRecord::refusal_to_write(const Scan& found, const RecordHeader& header) const {
    StoreResult refusal = judge_target(found.slots, found.newest);
    if (refusal.answer != StoreAnswer::done || found.newest < 0) return refusal;
    const Slot& newest = found.slots[static_cast<std::size_t>(found.newest)];
    if (header.write_seq <= newest.header.write_seq) {
        return {StoreAnswer::transient, "write_seq is not newer"};
    }
    return refusal;
}

// Brings both slot files into being before anything is written, and saves what must not be
// overwritten.
StoreResult FileRecord::make_ready(int folder, Scan& found) {
    for (std::size_t i = 0; i < 2; ++i) {
        Slot& slot = found.slots[i];
        const bool keep = slot.state == SlotState::foreign || slot.state == SlotState::wrong_key ||
                          (slot.state == SlotState::damaged && found.newest < 0);
        const char* name = names_.slots[i].c_str();
        if (keep) {
            StoreResult moved = quarantine_slot(folder, names_, name);
            if (moved.answer != StoreAnswer::done) return moved;
            slot = Slot{};
        }
        if (slot.state != SlotState::missing) continue;
        StoreResult made = write_fresh(folder, name, names_.fresh.c_str(), {});
        if (made.answer != StoreAnswer::done) return made;
        slot.state = SlotState::empty;
        slot.full_size = true;
    }
    return {StoreAnswer::done, {}};
}

StoreResult FileRecord::replace(const RecordHeader& header, const SecretBuffer& body,
                                bool both_slots) {
    CREDIT_CHECK(lock_.held());
    CREDIT_CHECK(body.size() <= RecordHeader::kMaxBodyBytes);
    CREDIT_CHECK(is_of_record(header, key_) && header.format == RecordHeader::kFormat);
    StoreResult step = parts_->sealer.unlock();
    if (step.answer != StoreAnswer::present) return step;
    FolderRef folder;
    step = parts_->folder.open(Folder::Missing::create, folder);
    if (step.answer != StoreAnswer::present) return step;

    const std::lock_guard<std::mutex> hold(parts_->scratch.mutex);
    Scan found;
    step = scan(folder->get(), found);
    if (step.answer != StoreAnswer::present) return step;
    step = refusal_to_write(found, header);
    if (step.answer != StoreAnswer::done) return step;
    step = make_ready(folder->get(), found);
    if (step.answer != StoreAnswer::done) return step;

    RecordHeader sealed = header;
    sealed.key_check = parts_->sealer.key_check();
    sealed.body_size = static_cast<std::uint32_t>(body.size());
    const std::size_t target = found.newest == 0 ? 1 : 0;
    step = write_slot(folder->get(), target, found.slots[target], found.newest >= 0, sealed, body);
    if (step.answer != StoreAnswer::done || !both_slots) return step;
    return write_slot(folder->get(), 1 - target, found.slots[1 - target], true, sealed, body);
}

StoreResult FileRecord::write_slot(int folder, std::size_t index, Slot& slot, bool other_is_durable,
                                   const RecordHeader& header, const SecretBuffer& body) {
    SlotBytes& image = parts_->scratch.slots[0];
    const std::size_t size = parts_->sealer.seal(header, body.view(), image);
    const std::size_t padded = whole_blocks(std::max(size, extent_of(slot)));
    std::fill(image.begin() + static_cast<std::ptrdiff_t>(size),
              image.begin() + static_cast<std::ptrdiff_t>(padded), std::byte{0});
    const std::span<const std::byte> whole = std::span(image).first(padded);
    const char* name = names_.slots[index].c_str();

    // A write in place may be torn, so it needs the other slot to fall back on. A slot that failed
    // once gets a new file, and with it other blocks, unless there is no room for one.
    const bool can_overwrite = other_is_durable && slot.full_size && slot.state != SlotState::sick;
    StoreResult result{StoreAnswer::full, {}};
    if (!can_overwrite || failed_[index]) {
        result = write_fresh(folder, name, names_.fresh.c_str(), whole);
    }
    if (can_overwrite && result.answer == StoreAnswer::full) {
        result = write_in_place(folder, name, whole);
    }
    failed_[index].reset();
    if (result.answer != StoreAnswer::done) failed_[index] = stamp_of(image);
    return result;
}

StoreResult FileRecord::borrow_lock(int folder, std::optional<CommitLock>& taken) {
    if (lock_.held()) return {StoreAnswer::done, {}};
    return taken.emplace().acquire(folder, names_.lock, kLockPatience);
}

StoreResult FileRecord::erase() {
    FolderRef folder;
    StoreResult opened = parts_->folder.open(Folder::Missing::report, folder);
    if (opened.answer == StoreAnswer::absent) return {StoreAnswer::done, {}};
    if (opened.answer != StoreAnswer::present) return opened;
    std::optional<CommitLock> taken;
    StoreResult locked = borrow_lock(folder->get(), taken);
    if (locked.answer != StoreAnswer::done) return locked;
    return erase_files(folder->get());
}

StoreResult FileRecord::erase_files(int folder) {
    const std::lock_guard<std::mutex> hold(parts_->scratch.mutex);
    Scan found;
    scan(folder, found);  // the key is not needed to erase; without it headers decide
    if (find_state(found.slots, SlotState::newer) != nullptr) {
        return {StoreAnswer::newer_format, "written by a newer SDK"};
    }
    // The older one first: an erasure cut short must not bring an older record back.
    const bool a_is_newer = found.slots[0].header.write_seq > found.slots[1].header.write_seq;
    const std::size_t older = a_is_newer ? 1 : 0;
    StoreResult result{StoreAnswer::done, {}};
    for (const std::string* name :
         {&names_.slots[older], &names_.slots[1 - older], &names_.fresh}) {
        StoreResult removed = shred(folder, name->c_str());
        if (removed.answer != StoreAnswer::done) result = std::move(removed);
    }
    StoreResult evidence = erase_quarantined(folder, names_);
    return result.answer == StoreAnswer::done ? evidence : result;
}

StoreResult FileRecord::erase_quarantine() {
    FolderRef folder;
    StoreResult opened = parts_->folder.open(Folder::Missing::report, folder);
    if (opened.answer == StoreAnswer::absent) return {StoreAnswer::done, {}};
    if (opened.answer != StoreAnswer::present) return opened;
    std::optional<CommitLock> taken;
    StoreResult locked = borrow_lock(folder->get(), taken);
    if (locked.answer != StoreAnswer::done) return locked;
    return erase_quarantined(folder->get(), names_);
}

StoreResult FileRecord::lock() {
    CREDIT_CHECK(!lock_.held());
    FolderRef folder;
    StoreResult opened = parts_->folder.open(Folder::Missing::create, folder);
    if (opened.answer != StoreAnswer::present) return opened;
    return lock_.acquire(folder->get(), names_.lock, kLockPatience);
}

void FileRecord::unlock() {
    CREDIT_CHECK(lock_.held());
    lock_.release();
}

std::uint64_t FileRecord::owner_id() {
    return parts_->identity.id(parts_->folder);
}

bool FileRecord::owner_gone(std::uint64_t owner_id) {
    return parts_->identity.gone(parts_->folder, owner_id);
}

}  // namespace credit

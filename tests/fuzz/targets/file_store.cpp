// Both slot files of a record, damaged, through the store: always one of R3's answers, never "empty" by silence. A program
// of lines: "<slot a|b><what><damage...>": m missing, z zeroed, f another record's, k another key's, n newer, d damage,
// and alone: "s" the two swapped.
#include <algorithm>
#include <array>
#include <string>

#include "platform/file/file_store.h"
#include "platform/file/slot.h"
#include "platform/memory/counting_entropy.h"
#include "tests/fuzz/support/edits.h"
#include "tests/fuzz/support/scratch_folder.h"
#include "tests/fuzz/support/sealed_samples.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

using Slots = std::array<std::optional<std::string>, 2>;
constexpr std::array<std::string_view, 2> kBodies = {"the older body", "the newer body, longer"};
constexpr std::string_view kLater = "written after the damage";

struct World {
    ScratchFolder folder;
    std::array<std::string, 2> images;
    std::string foreign, other_key;
    std::array<std::string, 2> slot_names = {std::string(kRecordName) + ".a",
                                             std::string(kRecordName) + ".b"};

    World() {
        const auto ours = unlocked_sealer('k');
        for (std::size_t i = 0; i < 2; ++i) {
            images[i] =
                sealed(*ours, header_for(record_key(), i + 1, kBodies[i].size()), kBodies[i]);
        }
        foreign = sealed(*ours, header_for(record_key('c'), 9, 4), "body");
        other_key = sealed(*unlocked_sealer('x'), header_for(record_key(), 9, 4), "body");
    }
};

World& world() {
    static World made;
    return made;
}

std::string slot_of(const std::string& image) {
    std::string out = image;
    out.resize(kSlotBytes);
    return out;
}

void apply(std::string_view line, Slots& slots) {
    Input in(line);
    const std::uint8_t which = in.byte();
    if (which == 's') return std::swap(slots[0], slots[1]);
    std::optional<std::string>& slot = slots[which == 'b' ? 1 : 0];
    switch (in.byte()) {
        case 'm':
            return slot.reset();
        case 'z':
            slot = std::string(kSlotBytes, '\0');
            return;
        case 'f':
            slot = slot_of(world().foreign);
            return;
        case 'k':
            slot = slot_of(world().other_key);
            return;
        case 'n':
            slot = slot_of(world().images[1]);
            (*slot)[8] = 2;
            (*slot)[100] ^= 1;
            return;
        default:
            if (slot) damage(*slot, in);
    }
}

// The body a sound slot holds; -1: it is not one of ours as written.
int sound(const std::optional<std::string>& slot) {
    if (!slot || slot->size() > kSlotBytes) return -1;
    for (std::size_t i = 0; i < 2; ++i) {
        if (slot->starts_with(world().images[i])) return static_cast<int>(i);
    }
    return -1;
}

bool certainly_empty(const std::optional<std::string>& slot) {
    return !slot ||
           (slot->size() == kSlotBytes && slot->find_first_not_of('\0') == std::string::npos);
}

void check_first(const StoreResult& result, const RecordHeader& header, const SecretBuffer& body,
                 const Slots& slots) {
    const int newest = std::max(sound(slots[0]), sound(slots[1]));
    switch (result.answer) {
        case StoreAnswer::present:
            FUZZ_CHECK(newest >= 0);
            FUZZ_CHECK(body.view() == kBodies[static_cast<std::size_t>(newest)]);
            FUZZ_CHECK(header.write_seq == static_cast<std::uint64_t>(newest) + 1);
            break;
        case StoreAnswer::absent:
            FUZZ_CHECK(certainly_empty(slots[0]) && certainly_empty(slots[1]));
            break;
        case StoreAnswer::newer_format:
            break;
        case StoreAnswer::corrupt:
        case StoreAnswer::wrong_key:
            FUZZ_CHECK(newest < 0);
            break;
        default:
            FUZZ_CHECK(!"an answer that this damage cannot bring");
    }
    const bool empty = certainly_empty(slots[0]) && certainly_empty(slots[1]);
    FUZZ_CHECK(!empty || result.answer == StoreAnswer::absent);
    FUZZ_CHECK(result.answer == StoreAnswer::present || body.empty());
}

// A newer SDK's record is not touched, whatever is asked (R6).
void check_untouched(RecordStore& record, const Slots& before) {
    SecretBuffer body;
    body.append(kLater);
    FUZZ_CHECK(record.lock().answer == StoreAnswer::done);
    const RecordHeader header = header_for(record_key(), 100, body.size());
    FUZZ_CHECK(record.replace(header, body, true).answer == StoreAnswer::newer_format);
    FUZZ_CHECK(record.erase().answer == StoreAnswer::newer_format);
    record.unlock();
    for (std::size_t i = 0; i < 2; ++i)
        FUZZ_CHECK(world().folder.read(world().slot_names[i]) == before[i]);
}

// Two bytes behind the magic; an older write of a newer SDK does not rule, but it is not overwritten either.
bool names_newer_format(const std::optional<std::string>& slot) {
    return slot && slot->size() > 9 &&
           ((*slot)[9] != 0 || static_cast<unsigned char>((*slot)[8]) > 1);
}

void check_later(RecordStore& record, StoreAnswer first, bool newer) {
    RecordHeader header;
    SecretBuffer body;
    // What was damaged does not become empty by being asked twice (R3).
    const StoreAnswer second = record.load(header, body).answer;
    FUZZ_CHECK((second == StoreAnswer::absent) == (first == StoreAnswer::absent));
    FUZZ_CHECK((second == StoreAnswer::present) == (first == StoreAnswer::present));
    if (second == StoreAnswer::wrong_key) return;
    body.clear();
    body.append(kLater);
    FUZZ_CHECK(record.lock().answer == StoreAnswer::done);
    const RecordHeader next = header_for(record_key(), 100, body.size());
    const StoreAnswer written = record.replace(next, body, false).answer;
    record.unlock();
    if (written == StoreAnswer::newer_format) {
        FUZZ_CHECK(newer);
        return;
    }
    FUZZ_CHECK(written == StoreAnswer::done);
    FUZZ_CHECK(record.load(header, body).answer == StoreAnswer::present);
    FUZZ_CHECK(header.write_seq == 100 && body.view() == kLater);
}

}  // namespace

CREDIT_FUZZ_TARGET(file_store) {
    Slots slots = {slot_of(world().images[0]), slot_of(world().images[1])};
    Input in(input);
    for (int i = 0; i < 8 && !in.empty(); ++i)
        apply(in.line(), slots);
    world().folder.clear();
    for (std::size_t i = 0; i < 2; ++i) {
        if (slots[i]) world().folder.write(world().slot_names[i], *slots[i]);
    }
    FileStore store(world().folder.store(), sealing_key('k'), std::make_shared<CountingEntropy>(9));
    const std::unique_ptr<RecordStore> record = store.open_record(record_key());
    RecordHeader header;
    SecretBuffer body;
    const StoreResult first = record->load(header, body);
    check_first(first, header, body, slots);
    if (first.answer == StoreAnswer::newer_format) return check_untouched(*record, slots);
    check_later(*record, first.answer,
                names_newer_format(slots[0]) || names_newer_format(slots[1]));
}

}  // namespace credit::fuzz

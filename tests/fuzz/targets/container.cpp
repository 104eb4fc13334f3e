// One damaged slot in memory -> what the store takes it for. First byte: which sound image the damage falls on; the rest is
// damage (support/edits.h), or, for the last kind, the slot itself.
#include <algorithm>
#include <cstring>
#include <span>
#include <string>

#include "platform/file/slot_judge.h"
#include "tests/fuzz/support/edits.h"
#include "tests/fuzz/support/sealed_samples.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::string_view kBody =
    "a body of sixty-four bytes, which is enough to be cut somewhere";

struct Samples {
    std::unique_ptr<Sealer> ours = unlocked_sealer('k');
    std::unique_ptr<Sealer> theirs = unlocked_sealer('x');
    RecordHeader header = header_for(record_key(), 7, kBody.size());
    std::string sound = sealed(*ours, header, kBody);
    std::string foreign = sealed(*ours, header_for(record_key('c'), 7, kBody.size()), kBody);
    std::string other_key = sealed(*theirs, header, kBody);
};

const Samples& samples() {
    static const Samples* const made = new Samples;
    return *made;
}

std::string read_image(Input& in) {
    const std::size_t base = in.below(4);
    if (base == 3) return std::string(in.rest());
    const std::string* const bases[] = {&samples().sound, &samples().foreign, &samples().other_key};
    std::string image = *bases[base];
    damage(image, in);
    return image;
}

bool starts_with(const std::string& image, const std::string& sound) {
    return image.starts_with(sound);
}

void check_state(const Slot& slot, const std::string& image) {
    // More than a slot holds is no slot, whatever it begins with.
    const bool sound = image.size() <= kSlotBytes && starts_with(image, samples().sound);
    FUZZ_CHECK((slot.state == SlotState::valid) == sound);
    if (slot.state == SlotState::foreign) FUZZ_CHECK(starts_with(image, samples().foreign));
    // A newer format is believed only where the header names this very record (R6).
    if (slot.state == SlotState::newer) {
        FUZZ_CHECK(slot.header.format > RecordHeader::kFormat);
        FUZZ_CHECK(is_of_record(slot.header, record_key()));
    }
    if (slot.state == SlotState::wrong_key) {
        FUZZ_CHECK(slot.header.key_check != samples().ours->key_check());
    }
    FUZZ_CHECK(slot.state != SlotState::missing && slot.state != SlotState::empty);
    FUZZ_CHECK(slot.why != nullptr && (sound || std::strlen(slot.why) > 0));
}

}  // namespace

CREDIT_FUZZ_TARGET(container) {
    Input in(input);
    const std::string image = read_image(in);
    const auto bytes = std::as_bytes(std::span(image));
    Slot slot;
    slot.state = SlotState::filled;
    slot.bytes = std::min(bytes.size(), kSlotBytes);
    slot.full_size = bytes.size() == kSlotBytes;
    judge_slot(slot, bytes, record_key(), *samples().ours);
    check_state(slot, image);
    // Opening gives the sealed bytes or nothing at all.
    RecordHeader header;
    if (decode_header(bytes, header) != HeaderFault::none) return;
    SecretBuffer body;
    const bool opened = samples().ours->open(header, bytes, body);
    FUZZ_CHECK(opened == samples().ours->authentic(header, bytes));
    FUZZ_CHECK(opened ? body.view() == kBody : body.empty());
}

}  // namespace credit::fuzz

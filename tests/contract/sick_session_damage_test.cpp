// Rot, cuts and torn writes of a real session's record, with the session opened on top: with one slot whole it goes on, with
// none it is `storage_corrupt`, and never silently none (R2, R3).
#include <gtest/gtest.h>

#include <algorithm>

#include "platform/file/slot.h"
#include "tests/contract/sick_device.h"

namespace credit::test {
namespace {

std::size_t image_of(const Bytes& slot) {
    RecordHeader header;
    EXPECT_EQ(decode_header(slot, header), HeaderFault::none);
    return image_bytes(header.body_size);
}

Bytes flipped(Bytes slot, std::size_t bit) {
    slot[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    return slot;
}

Bytes cut(const Bytes& slot, std::size_t size) {
    return Bytes(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(size));
}

class SickSession : public testing::Test {
  protected:
    // With one slot whole the session is active with a token it really had.
    void expect_alive(const Seen& seen, std::size_t at) {
        ASSERT_EQ(seen.state, PublicState::active) << at;
        ASSERT_EQ(seen.reason, Code::ok) << at;
        const bool known = seen.token == device_.token(SickDevice::refreshed) ||
                           seen.token == device_.token(SickDevice::refreshed_again) ||
                           // A mark was found: the live token waits for its refresh to be settled.
                           seen.token.empty();
        ASSERT_TRUE(known) << at;
    }
    SickDevice device_;
    const Slots whole_ = device_.slots(SickDevice::refreshed_again);
};

TEST_F(SickSession, TheDeviceIsHealthyToBeginWith) {
    for (const auto stage :
         {SickDevice::adopted, SickDevice::refreshed, SickDevice::refreshed_again}) {
        device_.put(device_.slots(stage));
        const Seen seen = device_.look();
        EXPECT_EQ(seen.state, PublicState::active);
        EXPECT_EQ(seen.token, device_.token(stage));
        EXPECT_EQ(seen.generation, static_cast<std::uint64_t>(stage) + 1);
        EXPECT_TRUE(device_.found() == device_.slots(stage)) << "looking writes nothing";
    }
    device_.put(device_.slots(SickDevice::ended));
    const Seen seen = device_.look();
    EXPECT_EQ(seen.state, PublicState::no_session);
    EXPECT_EQ(seen.reason, Code::session_ended);
}

TEST_F(SickSession, EveryBitOfOneSlot) {
    for (const char which : {'a', 'b'}) {
        const Bytes& slot = which == 'a' ? whole_.a : whole_.b;
        const std::size_t bits = image_of(slot) * 8;
        for (std::size_t bit = 0; bit < bits; ++bit) {
            Slots sick = whole_;
            (which == 'a' ? sick.a : sick.b) = flipped(slot, bit);
            device_.put(sick);
            expect_alive(device_.look(), bit);
            // What the session wrote meanwhile (it may have marked an attempt) is whole as well.
            if (bit % 64 == 0) expect_alive(device_.look(), bit);
            if (HasFatalFailure()) return;
        }
        RecordProperty(which == 'a' ? "bits_a" : "bits_b", static_cast<int>(bits));
    }
}

TEST_F(SickSession, EveryBitOfBothSlots) {
    const std::size_t bits = std::min(image_of(whole_.a), image_of(whole_.b)) * 8;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        const Slots sick{flipped(whole_.a, bit), flipped(whole_.b, bit)};
        device_.clear_quarantine();
        device_.put(sick);
        expect_sick(device_.look(), Code::storage_corrupt, std::to_string(bit));
        ASSERT_TRUE(device_.keeps(sick.a) && device_.keeps(sick.b)) << bit;
        if (HasFatalFailure()) return;
    }
}

TEST_F(SickSession, EveryLengthOfOneSlot) {
    for (const char which : {'a', 'b'}) {
        const Bytes& slot = which == 'a' ? whole_.a : whole_.b;
        for (std::size_t size = 0; size < image_of(slot); ++size) {
            Slots sick = whole_;
            (which == 'a' ? sick.a : sick.b) = cut(slot, size);
            device_.put(sick);
            expect_alive(device_.look(), size);
            if (size % 16 == 0) expect_alive(device_.look(), size);
            if (HasFatalFailure()) return;
        }
    }
}

TEST_F(SickSession, EveryLengthOfBothSlots) {
    const std::size_t sizes = std::min(image_of(whole_.a), image_of(whole_.b));
    for (std::size_t size = 0; size < sizes; ++size) {
        const Slots sick{cut(whole_.a, size), cut(whole_.b, size)};
        device_.clear_quarantine();
        device_.put(sick);
        expect_sick(device_.look(), Code::storage_corrupt, std::to_string(size));
        ASSERT_TRUE(device_.keeps(sick.a) && device_.keeps(sick.b)) << size;
        if (HasFatalFailure()) return;
    }
}

// The write that a crash tore is the newest slot; over what was there before, over zeros.
TEST_F(SickSession, EveryTornPrefixOfTheLastWrite) {
    const Slots& before = device_.slots(SickDevice::refreshed);
    const bool a_changed_last = [&] {
        RecordHeader a;
        RecordHeader b;
        decode_header(whole_.a, a);
        decode_header(whole_.b, b);
        return a.write_seq > b.write_seq;
    }();
    const Bytes& newest = a_changed_last ? whole_.a : whole_.b;
    const Bytes& under = a_changed_last ? before.a : before.b;
    for (const Bytes& tail : {under, Bytes(kSlotBytes)}) {
        for (std::size_t size = 0; size <= image_of(newest); ++size) {
            Slots sick = whole_;
            Bytes torn = tail;
            std::copy_n(newest.begin(), size, torn.begin());
            (a_changed_last ? sick.a : sick.b) = torn;
            device_.put(sick);
            expect_alive(device_.look(), size);
            if (HasFatalFailure()) return;
        }
    }
}

TEST_F(SickSession, EmptyAndHugeFilesAreCorrupt) {
    Bytes huge = whole_.a;
    huge.resize(10 * 1024 * 1024);
    for (const Bytes& content : {Bytes(), huge, Bytes(10 * 1024 * 1024)}) {
        device_.clear_quarantine();
        device_.put({content, content});
        expect_sick(device_.look(), Code::storage_corrupt, std::to_string(content.size()));
        ASSERT_TRUE(device_.keeps(content));
        device_.put({content, whole_.b});
        expect_alive(device_.look(), content.size());
    }
}

// Zeros of the right length are a slot nobody wrote: the only content that reads as no session without a session having been
// ended. It is what preallocation leaves, and only both slots at once say so.
TEST_F(SickSession, ZeroedSlots) {
    const Bytes zeros(kSlotBytes);
    for (const Slots& sick : {Slots{zeros, whole_.b}, Slots{whole_.a, zeros}}) {
        device_.put(sick);
        expect_alive(device_.look(), 0);
    }
}

// Corruption is not the end: what the app brings next is stored, the evidence stays.
TEST_F(SickSession, AfterCorruptionANewSessionIsTaken) {
    const Slots sick{flipped(whole_.a, 1000), flipped(whole_.b, 1000)};
    device_.put(sick);
    World world;
    device_.in_process(world, 'k', [&](Session& session) {
        EXPECT_EQ(session.state().reason, Code::storage_corrupt);
        const OutcomeRef adopting = world.adopt(session, world.platform->flat("borrower-1"));
        world.settle();
        EXPECT_EQ(adopting->code(), Code::ok);
        EXPECT_EQ(session.state().state, PublicState::active);
    });
    EXPECT_EQ(device_.look().token, world.platform->session_token);
}

}  // namespace
}  // namespace credit::test

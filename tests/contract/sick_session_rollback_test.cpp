// Older files come back (a restored backup, a lost write): an ended session stays ended as long as one slot knows of it, a
// live process notices, and what a file alone cannot tell is not claimed (R4, R5, R28).
#include <gtest/gtest.h>

#include "platform/file/slot.h"
#include "tests/contract/sick_device.h"

namespace credit::test {
namespace {

Bytes rotten(Bytes slot) {
    slot.at(130) ^= std::byte{0x10};
    return slot;
}

struct Named {
    std::string name;
    Bytes a;
    Bytes b;
};

// What a slot may hold besides the tombstone.
std::vector<Named> bad_slots(const SickDevice& device) {
    std::vector<Named> out;
    const char* const names[] = {"adopted", "refreshed", "refreshed again"};
    for (const auto stage :
         {SickDevice::adopted, SickDevice::refreshed, SickDevice::refreshed_again}) {
        out.push_back({names[stage], device.slots(stage).a, device.slots(stage).b});
    }
    const Slots& ended = device.slots(SickDevice::ended);
    out.push_back({"rotten", rotten(ended.a), rotten(ended.b)});
    out.push_back({"empty file", {}, {}});
    out.push_back({"zeros", Bytes(kSlotBytes), Bytes(kSlotBytes)});
    out.push_back({"cut", Bytes(ended.a.begin(), ended.a.begin() + 150),
                   Bytes(ended.b.begin(), ended.b.begin() + 150)});
    return out;
}

void expect_ended(const Seen& seen, const std::string& what) {
    EXPECT_EQ(seen.state, PublicState::no_session) << what;
    EXPECT_EQ(seen.reason, Code::session_ended) << what;
    EXPECT_EQ(seen.token, "") << what;
    EXPECT_EQ(seen.token_code, Code::session_ended) << what;
}

TEST(SickEnd, R28_OneTombstoneIsEnough) {
    SickDevice device;
    const Slots ended = device.slots(SickDevice::ended);
    for (const Named& bad : bad_slots(device)) {
        device.put({bad.a, ended.b});
        expect_ended(device.look(), bad.name + " in slot a");
        device.put({ended.a, bad.b});
        expect_ended(device.look(), bad.name + " in slot b");
    }
}

TEST(SickEnd, R28_ATombstoneInTheOtherSlotsPlaceCountsAsWell) {
    SickDevice device;
    const Slots ended = device.slots(SickDevice::ended);
    for (const Named& bad : bad_slots(device)) {
        device.put({ended.b, bad.b});
        expect_ended(device.look(), bad.name);
        device.put({bad.a, ended.a});
        expect_ended(device.look(), bad.name);
    }
}

TEST(SickEnd, R28_ABadDayAndARefreshDoNotBringItBack) {
    SickDevice device;
    const Slots ended = device.slots(SickDevice::ended);
    for (const Named& bad : bad_slots(device)) {
        device.put({bad.a, ended.b});
        World world;
        device.in_process(world, 'k', [&](Session& session) {
            const OutcomeRef token = world.get_token(session);
            EXPECT_TRUE(session.notify(Hint::storage_unlocked).ok());
            EXPECT_TRUE(session.notify(Hint::foreground).ok());
            world.settle();
            EXPECT_EQ(token->code(), Code::session_ended) << bad.name;
        });
        EXPECT_TRUE(world.wire->sent.empty()) << bad.name;
        expect_ended(device.look(), bad.name);
    }
}

// Both slots taken back to before the end, and no process that remembers: no file can tell. The session is what it was, the
// platform judges it, and nothing claims otherwise (R5).
TEST(SickEnd, R5_ARollbackOfEverythingIsNotClaimedToBeSeen) {
    SickDevice device;
    device.put(device.slots(SickDevice::refreshed));
    const Seen seen = device.look();
    EXPECT_EQ(seen.state, PublicState::active);
    EXPECT_EQ(seen.generation, 2u);
    EXPECT_EQ(seen.token, device.token(SickDevice::refreshed));
}

TEST(SickRollback, R5_OneOlderSlotChangesNothing) {
    SickDevice device;
    const Slots now = device.slots(SickDevice::refreshed_again);
    RecordHeader a;
    RecordHeader b;
    ASSERT_EQ(decode_header(now.a, a), HeaderFault::none);
    ASSERT_EQ(decode_header(now.b, b), HeaderFault::none);
    for (const auto stage : {SickDevice::adopted, SickDevice::refreshed}) {
        const Slots& old = device.slots(stage);
        // The older slot rolled back further: nothing is lost. The newer one: a mark or the pair before it is left.
        device.put(a.write_seq > b.write_seq ? Slots{now.a, old.b} : Slots{old.a, now.b});
        Seen seen = device.look();
        EXPECT_EQ(seen.token, device.token(SickDevice::refreshed_again));
        device.put(a.write_seq > b.write_seq ? Slots{old.a, now.b} : Slots{now.a, old.b});
        seen = device.look();
        EXPECT_EQ(seen.state, PublicState::active);
        EXPECT_GE(seen.generation, 2u);
    }
}

// A process that holds the newer pair writes it back and says so.
TEST(SickRollback, R5_ALiveProcessWritesBackWhatItHolds) {
    for (const bool both : {false, true}) {
        SickDevice device;
        device.put(device.slots(SickDevice::refreshed_again));
        const Slots old = device.slots(SickDevice::adopted);
        World world;
        device.in_process(world, 'k', [&](Session& session) {
            ASSERT_EQ(session.state().state, PublicState::active);
            const Slots now = device.found();
            device.put(both ? old : Slots{old.a, now.b});
            EXPECT_TRUE(session.notify(Hint::foreground).ok());
            const OutcomeRef token = world.get_token(session);
            world.settle();
            world.advance(seconds(5));
            EXPECT_EQ(token->value(), device.token(SickDevice::refreshed_again));
            if (both) {
                EXPECT_NE(world.journal_of(session).find("storage_rolled_back"), std::string::npos);
            }
        });
        EXPECT_EQ(device.look().token, device.token(SickDevice::refreshed_again)) << both;
    }
}

// The process that ended the session holds no pair; the files it left must not come back through another open handle.
TEST(SickRollback, R28_AnotherProcessSeesTheEndThroughOneSlot) {
    SickDevice device;
    const Slots ended = device.slots(SickDevice::ended);
    device.put(device.slots(SickDevice::refreshed_again));
    World other;
    device.in_process(other, 'k', [&](Session& session) {
        ASSERT_EQ(session.state().state, PublicState::active);
        device.put({ended.a, device.slots(SickDevice::refreshed).b});
        const OutcomeRef token = other.get_token(session);
        other.settle();
        EXPECT_EQ(token->code(), Code::session_ended);
        EXPECT_EQ(session.state().reason, Code::session_ended);
    });
    const Seen seen = device.look();
    EXPECT_EQ(seen.reason, Code::session_ended);
}

}  // namespace
}  // namespace credit::test

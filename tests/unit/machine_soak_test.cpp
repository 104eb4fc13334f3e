// Random days in the life of a session: two processes, lost replies, sick disks, kills, jumping
// clocks. The world checks every step; here is checked what must hold at the end: whoever is left
// can work, or knows why not.
#include <gtest/gtest.h>

#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

class Day {
  public:
    Day(std::uint64_t seed, FakeServer::Model model)
        : dice_(seed), w_([&] {
              MachineSetup setup = with_provider();
              setup.seed = seed;
              setup.has_background = seed % 3 == 0;
              return setup;
          }()) {
        w_.server.model = model;
        w_.server.life = seconds(20 + static_cast<std::int64_t>(roll(120)));
        w_.server.delay = Millis{static_cast<std::int64_t>(roll(3000))};
        w_.started();
        w_.open();
    }

    void live(int steps) {
        for (int i = 0; i < steps; ++i) {
            something();
            w_.advance(Millis{static_cast<std::int64_t>(roll(20'000))});
        }
        calm();
    }

    World& world() { return w_; }
    bool was_revoked() const { return revoked_; }

  private:
    std::uint64_t roll(std::uint64_t sides) { return dice_.next() % sides; }
    Process& any() { return *w_.processes[roll(w_.processes.size())]; }

    void something() {
        Process& p = any();
        switch (roll(40)) {
            case 0:
                w_.server.lose_replies += 1;
                break;
            case 1:
                w_.server.scripted.push_back(answer_lost());
                break;
            case 2:
                w_.server.scripted.push_back(answer_offline());
                break;
            case 3:
                w_.server.scripted.push_back(
                    answer_of(AnswerKind::transient, Code::server_error, true, 5));
                break;
            case 4:
                w_.server.scripted.push_back(answer_busy(static_cast<std::int64_t>(roll(60'000))));
                break;
            case 5:
                w_.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1 + static_cast<int>(roll(3)));
                break;
            case 6:
                w_.disk.fail(FakeDisk::Op::lock, StoreAnswer::transient,
                             1 + static_cast<int>(roll(3)));
                break;
            case 7:
                w_.disk.fail(FakeDisk::Op::load, StoreAnswer::locked,
                             1 + static_cast<int>(roll(3)));
                break;
            case 8:
                w_.disk.fail(FakeDisk::Op::peek, StoreAnswer::locked, 1);
                break;
            case 9:
                w_.crash(p);
                w_.open();
                break;
            case 10:
                w_.jump_wall(seconds(static_cast<std::int64_t>(roll(1'000'000)) - 500'000));
                break;
            case 11:
                p.hint(static_cast<Hint>(1 + roll(5)));
                break;
            case 12:
                p.reject(p.record().version.generation);
                break;
            case 13:
                p.accepted(p.record().version.generation);
                break;
            case 14:
                p.ahead();
                break;
            case 15:
                if (roll(4) == 0) w_.server.revoked = revoked_ = true;
                break;
            case 16:
                if (roll(4) == 0) {
                    w_.reboot();
                    w_.open();
                    w_.open();
                }
                break;
            default:
                p.token(seconds(static_cast<std::int64_t>(roll(200))));
                break;
        }
    }

    // The faults stop; nobody touches anything but callers who ask now and then.
    void calm() {
        w_.server.scripted.clear();
        w_.server.lose_replies = 0;
        w_.server.delay = {};
        w_.server.life = minutes(30);
        for (int i = 0; i < 64; ++i) {
            for (const auto op : {FakeDisk::Op::write, FakeDisk::Op::lock, FakeDisk::Op::load,
                                  FakeDisk::Op::peek}) {
                w_.disk.answer(op);
            }
        }
        for (const auto& p : w_.processes)
            p->hint(Hint::storage_unlocked);
        w_.advance(minutes(10));
    }

    Jitter dice_;
    World w_;
    bool revoked_ = false;
};

void soak(FakeServer::Model model, std::uint64_t first_seed) {
    int rotations = 0;
    int replays = 0;
    int unharmed = 0;
    for (std::uint64_t seed = first_seed; seed < first_seed + 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Day day(seed, model);
        day.live(250);
        World& w = day.world();
        for (std::size_t i = 0; i < w.processes.size(); ++i) {
            Process& p = *w.processes[i];
            FakeOp op;
            for (int tries = 0; tries < 10 && !op.given; ++tries) {
                op = w.get(p, {}, minutes(2));
                if (!op.given) w.advance(minutes(10));
            }
            // Healed sessions that die young are healed ever more slowly, and four times a day.
            const bool explained = op.failed_with(Code::session_superseded) ||
                                   (op.failed_with(Code::no_live_token) &&
                                    p.record().heal.wait_ms >= minutes(30).count);
            EXPECT_TRUE(op.given || explained)
                << code_name(op.error.code) << ": " << op.error.message;
            EXPECT_EQ(p.background, 0);
            for (const auto& [id, other] : p.ops)
                EXPECT_EQ(other.answers, 1);
        }
        // With replay by key no crash, lost reply or second process costs a session.
        if (model == FakeServer::Model::replay && !day.was_revoked()) {
            EXPECT_EQ(w.server.verdicts, 0);
            ++unharmed;
        }
        rotations += w.server.rotations;
        replays += w.server.replays;
        if (testing::Test::HasFailure()) return;
    }
    // The days were not idle.
    EXPECT_GT(rotations, 300);
    if (model == FakeServer::Model::replay) {
        EXPECT_GT(replays, 30);
        EXPECT_GT(unharmed, 5);
    }
}

TEST(MachineSoak, AServerThatReplays) {
    soak(FakeServer::Model::replay, 1);
}
TEST(MachineSoak, AServerThatForks) {
    soak(FakeServer::Model::grace, 1001);
}
TEST(MachineSoak, AServerThatForgivesNothing) {
    soak(FakeServer::Model::strict, 2001);
}

}  // namespace
}  // namespace credit::test

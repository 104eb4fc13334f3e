// Random lives of a session with all that can happen to it, and a list of which event moved its public state from where to
// where. docs/states.md is made of this list (scripts/states); here is checked what the list must never hold.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <tuple>

#include "tests/unit/machine_states_words.h"
#include "tests/unit/machine_world.h"

namespace credit::test {
namespace {

constexpr std::uint64_t kLives = 1200;
constexpr int kSteps = 120;

// What one session after another went through.
class Seen {
  public:
    void announced(const Event& event, const StateInfo& from, const StateInfo& to) {
        if (from.state != to.state) {
            ++moves_[{word(from.state), word(to.state), std::string(code_name(to.reason)),
                      word(event)}];
        } else if (from.state == PublicState::active) {
            properties(event, from.properties, to.properties);
        }
    }

    int count(const std::string& from, const std::string& to) const {
        int out = 0;
        for (const auto& [key, times] : moves_) {
            if (std::get<0>(key) == from && (to.empty() || std::get<1>(key) == to)) out += times;
        }
        return out;
    }
    // One line each: what, from, to, reason, event, how often.
    void write(std::ostream& out) const {
        for (const auto& [key, times] : moves_) {
            const auto& [from, to, reason, event] = key;
            out << "move\t" << from << '\t' << to << '\t' << reason << '\t' << event << '\t'
                << times << '\n';
        }
        for (const auto& [key, times] : properties_) {
            const auto& [name, change, event] = key;
            out << "property\t" << name << '\t' << change << "\t-\t" << event << '\t' << times
                << '\n';
        }
    }
    bool operator==(const Seen& other) const {
        return moves_ == other.moves_ && properties_ == other.properties_;
    }

  private:
    void properties(const Event& event, std::uint32_t before, std::uint32_t after) {
        for (std::uint32_t bit = 1; bit <= StateInfo::kUnsaved; bit <<= 1U) {
            if (((before ^ after) & bit) == 0) continue;
            ++properties_[{property_word(bit), (after & bit) != 0 ? "begins" : "ends",
                           word(event)}];
        }
    }

    using Move = std::tuple<std::string, std::string, std::string, std::string>;
    using Change = std::tuple<std::string, std::string, std::string>;
    std::map<Move, int> moves_;
    std::map<Change, int> properties_;
};

class Life {
  public:
    Life(std::uint64_t seed, Seen& seen) : dice_(seed), w_(setup_of(seed)) {
        w_.server.model = static_cast<FakeServer::Model>(seed % 3);
        w_.server.life = seconds(20 + static_cast<std::int64_t>(roll(900)));
        w_.server.delay = Millis{static_cast<std::int64_t>(roll(3000))};
        w_.server.keeps_refresh_token = seed % 11 == 0;
        w_.watch = [&seen](const Event& event, const StateInfo& from, const StateInfo& to) {
            seen.announced(event, from, to);
        };
        w_.open();
    }

    void live() {
        for (int i = 0; i < kSteps; ++i) {
            something(any());
            w_.advance(
                Millis{static_cast<std::int64_t>(roll(10) == 0 ? roll(8'000'000) : roll(20'000))});
            if (testing::Test::HasFailure()) return;
        }
    }

  private:
    static MachineSetup setup_of(std::uint64_t seed) {
        MachineSetup setup = seed % 4 == 0 ? without_provider() : with_provider();
        setup.seed = seed;
        setup.has_background = seed % 3 == 0;
        setup.backend_managed = seed % 13 == 0;
        return setup;
    }
    std::uint64_t roll(std::uint64_t sides) { return dice_.next() % sides; }
    bool rarely() { return roll(4) == 0; }

    // One that is still open; spent and closed ones make room for another.
    Process& any() {
        for (;;) {
            if (w_.processes.empty()) return w_.open();
            Process& p = *w_.processes[roll(w_.processes.size())];
            if (!p.closed && !(p.spent && rarely())) return p;
            w_.crash(p);
        }
    }

    void something(Process& p) {
        switch (roll(6)) {
            case 0:
                return platform();
            case 1:
                return store();
            case 2:
                return device(p);
            case 3:
                return ends_and_begins(p);
            default:
                return asks(p);
        }
    }

    void asks(Process& p) {
        switch (roll(8)) {
            case 0:
                p.hint(static_cast<Hint>(1 + roll(5)));
                break;
            case 1:
                p.reject(p.record().version.generation);
                break;
            case 2:
                p.accepted(p.record().version.generation);
                break;
            case 3:
                p.ahead();
                break;
            default:
                p.token(seconds(static_cast<std::int64_t>(roll(200))));
                break;
        }
    }

    void platform() {
        constexpr AnswerKind kinds[] = {AnswerKind::dead,         AnswerKind::refused,
                                        AnswerKind::unauthorized, AnswerKind::in_progress,
                                        AnswerKind::key_mismatch, AnswerKind::malformed};
        switch (roll(9)) {
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
                for (std::uint64_t i = roll(9); i > 0; --i) {
                    w_.server.scripted.push_back(
                        answer_of(AnswerKind::transient, Code::server_error, true, 5));
                }
                break;
            case 4: {
                const AnswerKind kind = kinds[roll(std::size(kinds))];
                w_.server.scripted.push_back(kind == AnswerKind::dead
                                                 ? answer_dead()
                                                 : answer_of(kind, Code::platform_refused));
                break;
            }
            case 5:
                w_.server.revoked = true;
                break;
            case 6:
                w_.provider.always = Error(
                    rarely() ? Code::partner_unauthorized : Code::partner_unavailable, "scripted");
                break;
            default:
                w_.provider.always.reset();
                w_.server.scripted.clear();
                break;
        }
    }

    // A start over what cannot be read counts on from the clock, which may have been set back (ADR 9): versions on disk may
    // go back then.
    void store() {
        constexpr StoreAnswer damages[] = {StoreAnswer::corrupt, StoreAnswer::wrong_key,
                                           StoreAnswer::key_lost, StoreAnswer::newer_format};
        constexpr StoreAnswer moods[] = {StoreAnswer::locked, StoreAnswer::transient,
                                         StoreAnswer::denied, StoreAnswer::unsupported};
        const StoreAnswer damage = damages[roll(std::size(damages))];
        const StoreAnswer mood = moods[roll(std::size(moods))];
        w_.disk.forget_high_water();
        switch (roll(8)) {
            case 0:
                w_.disk.fail(FakeDisk::Op::write, StoreAnswer::full, 1 + static_cast<int>(roll(3)));
                break;
            case 1:
                w_.disk.fail(static_cast<FakeDisk::Op>(roll(3)), mood,
                             1 + static_cast<int>(roll(3)));
                break;
            case 2:
                if (w_.disk.record) w_.disk.damage = damage;
                break;
            case 3:
                w_.disk.sick = mood;
                break;
            case 4:
                if (rarely()) w_.disk.lose();
                break;
            case 5:
                if (rarely()) w_.disk.roll_back();
                break;
            default:
                w_.disk.sick.reset();
                w_.disk.damage.reset();
                break;
        }
    }

    void device(Process& p) {
        switch (roll(6)) {
            case 0:
                w_.crash(p);
                w_.open();
                break;
            case 1:
                w_.disk.forget_high_water();
                w_.jump_wall(seconds(static_cast<std::int64_t>(roll(1'000'000)) - 500'000));
                break;
            case 2:
                w_.reboot();
                w_.open();
                break;
            case 3:
                if (w_.processes.size() < 3) w_.open();
                break;
            default:
                p.hint(Hint::storage_unlocked);
                break;
        }
    }

    void ends_and_begins(Process& p) {
        switch (roll(8)) {
            case 0:
                p.end();
                break;
            case 1:
                p.close();
                break;
            case 2:
                p.adopt(w_.server.mint(w_.now), roll(2) == 0);
                break;
            default:
                p.start(rarely());
                break;
        }
    }

    Jitter dice_;
    World w_;
};

Seen lives(std::uint64_t first, std::uint64_t count) {
    Seen seen;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        Life life(seed, seen);
        life.live();
        if (testing::Test::HasFailure()) break;
    }
    return seen;
}

TEST(MachineStates, WhatNeverHappens) {
    // scripts/states --write asks for more, so that the page has what is rare.
    const char* more = std::getenv("CREDIT_STATES_LIVES");
    const Seen seen = lives(1, more != nullptr ? std::strtoull(more, nullptr, 10) : kLives);
    // Closed is the end of it.
    EXPECT_EQ(seen.count("closed", ""), 0);
    // What is known stays known, whatever becomes of the store: no app is to sign a borrower out because of it.
    EXPECT_EQ(seen.count("active", "loading"), 0);
    EXPECT_EQ(seen.count("active", "storage_locked"), 0);
    // Every state was left for every other that it can become.
    for (const char* from : {"loading", "no_session", "active", "storage_locked"})
        EXPECT_GT(seen.count(from, ""), 100) << from;
    if (const char* place = std::getenv("CREDIT_STATES_OUT")) {
        std::ofstream out(place);
        seen.write(out);
        EXPECT_TRUE(out.flush().good()) << "the list could not be written";
    }
}

TEST(MachineStates, TheSameSeedsAreTheSameLives) {
    EXPECT_EQ(lives(5, 20), lives(5, 20));
}

}  // namespace
}  // namespace credit::test

// Call sequences through the real C API, engine and machine over an app's own ports. A letter is a call or an event of the
// world, the digit behind it its argument (README.md has the alphabet); every other byte is skipped. Beside it runs a
// small model of what must be true (support/capi_model.h).
#include <array>
#include <string>

#include "tests/fuzz/support/capi_model.h"
#include "tests/fuzz/support/deterministic_random.h"
#include "tests/fuzz/support/pumped_engine.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::size_t kSlots = 3;
constexpr std::array<std::int64_t, 8> kTimes = {10,      1'000,     10'000,     60'000,
                                                600'000, 3'600'000, 86'400'000, 691'200'000};

template <class T>
T sized() {
    T out{};
    out.struct_size = static_cast<std::uint32_t>(sizeof out);
    return out;
}

class Play {
  public:
    Play() = default;
    Play(const Play&) = delete;
    Play& operator=(const Play&) = delete;

    void run(std::string_view script) {
        for (std::size_t i = 0; i < script.size(); ++i) {
            const bool digit =
                i + 1 < script.size() && script[i + 1] >= '0' && script[i + 1] <= '9';
            step(script[i], digit ? static_cast<std::size_t>(script[i + 1] - '0') : 0);
        }
        finish();
    }

  private:
    struct Slot {
        credit_session* session = nullptr;
        LifeRef life;
    };
    struct Watch {
        Play* play = nullptr;
        LifeRef life;
        credit_session* session = nullptr;
        std::uint64_t id = 0;
        bool over = false;
    };

    void step(char what, std::size_t n) {
        if (world(what, n)) return;
        if (what == 'O') return open(n);
        Slot& slot = slots_[n % kSlots];
        if (slot.session != nullptr) call(what, n / kSlots, slot);
    }

    // What happens around the app; true: it was one of these.
    bool world(char what, std::size_t n) {
        switch (what) {
            case '.':
                return pump(), true;
            case ',':
                return engine_.turn(), true;
            case 't':
                return advance(kTimes[n % kTimes.size()]), true;
            case 'k':
                ports_.wall_ms +=
                    (n % 2 == 0 ? 1 : -1) * kTimes[7] * static_cast<std::int64_t>(n * n);
                return true;
            case 'B':
                ports_.background_granted = n % 2 == 0;
                return true;
            case '!':
                ports_.wire = static_cast<WireMood>(n);
                return true;
            case '?':
                ports_.provider = static_cast<ProviderMood>(n % 5);
                return true;
            case '$':
                return sicken_store(n), true;
            case 'V':
                ports_.platform.revoke(borrower(n));
                return true;
            default:
                return false;
        }
    }

    void sicken_store(std::size_t n) {
        constexpr std::array<credit_store_answer, 5> kAnswers = {
            CREDIT_STORE_LOCKED, CREDIT_STORE_TRANSIENT, CREDIT_STORE_DENIED, CREDIT_STORE_FULL,
            CREDIT_STORE_KEY_LOST};
        ports_.load_answer = CREDIT_STORE_PRESENT;
        ports_.replace_answer = CREDIT_STORE_DONE;
        ports_.lock_answer = CREDIT_STORE_DONE;
        if (n >= 1 && n <= 3) ports_.load_answer = kAnswers[n - 1];
        if (n == 1 || (n >= 4 && n <= 7)) ports_.replace_answer = kAnswers[n % 5];
        if (n == 8) ports_.lock_answer = CREDIT_STORE_TRANSIENT;
        if (n == 9) ports_.lock_answer = CREDIT_STORE_LOCKED;
    }

    static std::string borrower(std::size_t n) { return n % 2 == 0 ? "borrower-a" : "borrower-b"; }

    void open(std::size_t n) {
        Slot& slot = slots_[n % kSlots];
        if (slot.session != nullptr) return;
        credit_error* error = nullptr;
        const std::string id = borrower(n / kSlots);
        const credit_code code =
            credit_session_open(ports_.config(), {id.data(), id.size()}, &slot.session, &error);
        FUZZ_CHECK(code == CREDIT_OK && error == nullptr);
        slot.life = std::make_shared<Life>();
        slot.life->borrower = id;
        for (const Slot& other : slots_) {
            if (&other != &slot && other.session == slot.session) slot.life = other.life;
        }
        // A session that was ended or closed is never given again (R10, R28).
        FUZZ_CHECK(!slot.life->ended && !slot.life->close_asked);
    }

    void release(Slot& slot) {
        std::size_t holders = 0;
        for (const Slot& other : slots_)
            holders += other.session == slot.session ? 1U : 0U;
        slot.life->released = holders == 1;
        credit_session_release(slot.session);
        slot = {};
    }

    void call(char what, std::size_t n, Slot& slot) {
        switch (what) {
            case 'R':
                return release(slot);
            case 'T':
                FUZZ_CHECK(credit_session_retain(slot.session) == slot.session);
                return credit_session_release(slot.session);
            case 'C':
            case 'E':
            case 'S':
            case 'A':
            case 'a':
                return finishing(what, n, slot);
            case 'g':
            case 'd':
            case 'j':
            case 's':
            case 'p':
                return asking(what, n, slot);
            case 'c':
            case 'u':
                return hot(what, n, slot);
            case 'w':
                return watch(slot);
            case 'W':
                return unwatch();
            default:
                return plain(what, n, slot);
        }
    }

    void finishing(char what, std::size_t n, Slot& slot) {
        const Asked kind = what == 'C' ? Asked::close : what == 'E' ? Asked::end : Asked::done;
        Owed* const owed = model_.owe(slot.life, kind);
        credit_code code = CREDIT_OK;
        if (what == 'C') code = credit_session_close(slot.session, owed, &CapiModel::on_done);
        if (what == 'E') code = credit_session_end(slot.session, owed, &CapiModel::on_done);
        if (what == 'S') {
            auto options = sized<credit_start_options>();
            options.replace = n == 2 ? 1 : 0;
            code = credit_session_start(slot.session, n == 0 ? nullptr : &options, owed,
                                        &CapiModel::on_done, &last_op_);
        }
        if (what == 'A' || what == 'a') {
            auto options = sized<credit_adopt_options>();
            options.replace = n == 2 ? 1 : 0;
            const std::string json =
                what == 'a' ? "{\"sessionToken\":\"sk_live_c4n4ry99\"}"
                            : ports_.platform.mint(slot.life->borrower, ports_.wall_ms);
            code = credit_session_adopt_json(slot.session, {json.data(), json.size()}, &options,
                                             owed, &CapiModel::on_done, &last_op_);
        }
        model_.taken(owed, code);
    }

    void asking(char what, std::size_t n, Slot& slot) {
        const Asked kind = what == 'g'   ? Asked::token
                           : what == 'd' ? Asked::text
                           : what == 'j' ? Asked::journey
                                         : Asked::call;
        Owed* const owed = model_.owe(slot.life, kind);
        credit_code code = CREDIT_OK;
        if (what == 'g') {
            auto options = sized<credit_token_options>();
            options.minimum_lifetime_ms = n == 1 ? 1'700'000 : 0;
            options.deadline_ms = n == 2 ? 50 : 0;
            code = credit_session_get_token(slot.session, &options, owed, &CapiModel::on_token,
                                            &last_op_);
        } else if (what == 'd') {
            code = credit_session_diagnostics(slot.session, owed, &CapiModel::on_text, &last_op_);
        } else if (what == 'j') {
            auto options = sized<credit_journey_options>();
            options.known_only = n == 1 ? 1 : 0;
            code = credit_session_journey(slot.session, &options, owed, &CapiModel::on_journey,
                                          &last_op_);
        } else {
            auto request = sized<credit_request>();
            request.method = credit_string(what == 's' ? "GET" : "POST");
            request.path = credit_string("/api/v1/headless/journeys");
            if (what == 'p') request.body = credit_string("{}");
            request.one_shot = n == 1 ? 1 : 0;
            code = credit_session_send(slot.session, &request, owed, &CapiModel::on_response,
                                       &last_op_);
        }
        model_.taken(owed, code);
    }

    void hot(char what, std::size_t n, Slot& slot) {
        const std::int64_t minimum = n == 1 ? 1'700'000 : 0;
        credit_code code = CREDIT_OK;
        if (what == 'c') {
            std::array<char, 128> buffer{};
            std::size_t size = 0;
            std::uint64_t generation = 0;
            code = credit_session_copy_token(slot.session, minimum, buffer.data(),
                                             n == 2 ? 4 : buffer.size(), &size, &generation);
            if (code == CREDIT_OK) model_.saw_token(*slot.life, {buffer.data(), size}, generation);
            if (code == CREDIT_BUFFER_TOO_SMALL) {
                FUZZ_CHECK(n == 2 && size >= 4);
                return;
            }
        } else {
            credit_token* token = nullptr;
            code = credit_session_current_token(slot.session, minimum, &token);
            FUZZ_CHECK((token != nullptr) == (code == CREDIT_OK));
            if (token != nullptr) {
                model_.saw_token(*slot.life, credit_token_value(token),
                                 credit_token_generation(token));
            }
            credit_token_release(token);
        }
        FUZZ_CHECK(code == CREDIT_OK || code == CREDIT_NO_LIVE_TOKEN ||
                   code == CREDIT_SESSION_SPENT);
        const bool spent = slot.life->ended || slot.life->closed;
        if (spent) FUZZ_CHECK(code == CREDIT_SESSION_SPENT);
        if (!spent && !slot.life->close_asked) FUZZ_CHECK(code != CREDIT_SESSION_SPENT);
    }

    void plain(char what, std::size_t n, Slot& slot) {
        if (what == 'x' && last_op_ != 0) {
            FUZZ_CHECK(credit_session_cancel(slot.session, last_op_) == CREDIT_OK);
        } else if (what == 'n') {
            const auto hint = static_cast<credit_hint>(hint_++ % 5 + 1);
            model_.check_code(*slot.life, credit_session_notify(slot.session, hint));
        } else if (what == 'r') {
            const std::uint64_t generation = slot.life->generation + n;
            if (generation == 0) return;
            model_.check_code(*slot.life, credit_session_reject_token(slot.session, generation));
        } else if (what == 'q') {
            auto info = sized<credit_state_info>();
            FUZZ_CHECK(credit_session_state(slot.session, &info) == CREDIT_OK);
            model_.saw_state(*slot.life, info, false);
        }
    }

    void watch(Slot& slot) {
        if (watches_.size() >= 8) return;
        watches_.push_back({this, slot.life, slot.session, 0, false});
        Watch& made = watches_.back();
        auto observer = sized<credit_observer>();
        observer.context = &made;
        observer.on_state = [](void* context, const credit_state_info* info) {
            auto& watching = *static_cast<Watch*>(context);
            FUZZ_CHECK(!watching.over && !watching.play->model_.calling);
            watching.play->model_.saw_state(*watching.life, *info, true);
        };
        observer.release = [](void* context) {
            auto& watching = *static_cast<Watch*>(context);
            FUZZ_CHECK(!watching.over);
            watching.over = true;
        };
        FUZZ_CHECK(credit_session_subscribe(slot.session, &observer, &made.id) == CREDIT_OK);
        FUZZ_CHECK(made.id != 0);
    }

    void unwatch() {
        for (Watch& one : watches_) {
            bool held = false;
            for (const Slot& slot : slots_)
                held = held || (slot.session == one.session && slot.life == one.life);
            if (one.over || !held) continue;
            FUZZ_CHECK(credit_session_unsubscribe(one.session, one.id) == CREDIT_OK);
            return;
        }
    }

    void pump() {
        for (int quiet = 0, turns = 0; quiet < 2; ++turns) {
            FUZZ_CHECK(turns < 5'000);  // it settles without time passing
            const bool turned = engine_.turn();
            const bool delivered = ports_.deliver();
            quiet = turned || delivered ? 0 : quiet + 1;
        }
    }

    void advance(std::int64_t by) {
        constexpr int kSlices = 12;
        for (int i = 0; i < kSlices; ++i) {
            ports_.elapsed_ms += by / kSlices;
            ports_.wall_ms += by / kSlices;
            pump();
        }
    }

    // Nothing is owed, and nothing is left.
    void finish() {
        ports_.deliver_everything();
        for (Slot& slot : slots_) {
            if (slot.session != nullptr) release(slot);
        }
        for (int i = 0; i < 3; ++i)
            advance(kTimes[4]);
        ports_.release_config();
        pump();
        model_.check_all_answered();
        for (const Watch& one : watches_)
            FUZZ_CHECK(one.over);
        ports_.check_finished();
        FUZZ_CHECK(credit_debug_live_objects() == 0);
    }

    PumpedEngine engine_;
    CapiPorts ports_;
    CapiModel model_{ports_};
    std::array<Slot, kSlots> slots_;
    std::deque<Watch> watches_;
    credit_op last_op_ = 0;
    int hint_ = 0;
};

}  // namespace

CREDIT_FUZZ_TARGET(capi) {
    seed_random(1);
    Play().run(input);
}

}  // namespace credit::fuzz

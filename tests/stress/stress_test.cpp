// Sixteen threads on the C API at once: every function, also from inside callbacks. What was
// accepted is answered exactly once, and nothing is left at the end. R34.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <random>

#include "stress_server.h"

namespace credit::stress {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kThreads = 16;
constexpr int kBorrowers = 6;
constexpr int kMostOpen = 300;
constexpr int kOpsPerHandle = 200;
constexpr std::chrono::milliseconds kRunFor{2'500};
constexpr std::chrono::seconds kPatience{60};

class Stress;

// One accepted (or refused) operation and how often its callback came.
struct Op {
    Stress* stress = nullptr;
    std::atomic<int> calls{0};
    bool accepted = false;
    credit_session* inside = nullptr;  // a reference for use inside the callback
    int inside_action = 0;
};

// A subscription: reports may come until it is released, and not after.
struct Watch {
    Stress* stress = nullptr;
    std::atomic<int> released{0};
    std::atomic<int> late{0};
    bool accepted = false;
};

class Stress {
  public:
    Stress() {
        EXPECT_EQ(credit_config_create(&config_), CREDIT_OK);
        const credit_transport transport = server.transport();
        const credit_session_provider provider = server.provider();
        const credit_partner_auth auth = server.partner_auth();
        const credit_secure_store store = disk.store();
        credit_policy policy{};
        policy.struct_size = sizeof policy;
        policy.heal_spread_ms = 1;
        policy.settle_window_ms = 1'000;
        policy.call_deadline_ms = 2'000;
        const std::string url = "https://platform.example.com";
        EXPECT_EQ(credit_config_set_environment(config_, CREDIT_ENVIRONMENT_TEST), CREDIT_OK);
        EXPECT_EQ(credit_config_set_platform_url(config_, str_of(url)), CREDIT_OK);
        EXPECT_EQ(credit_config_set_transport(config_, &transport), CREDIT_OK);
        EXPECT_EQ(credit_config_set_session_provider(config_, &provider), CREDIT_OK);
        EXPECT_EQ(credit_config_set_partner_auth(config_, &auth), CREDIT_OK);
        EXPECT_EQ(credit_config_set_secure_store(config_, &store), CREDIT_OK);
        EXPECT_EQ(credit_config_set_policy(config_, &policy), CREDIT_OK);
        credit_error* error = nullptr;
        EXPECT_EQ(credit_config_check(config_, &error), CREDIT_OK)
            << text_of(credit_error_message(error));
        credit_error_release(error);
    }

    void release_config() {
        credit_config_release(config_);
        config_ = nullptr;
    }

    credit_session* open(const std::string& borrower) {
        credit_session* session = nullptr;
        credit_error* error = nullptr;
        const credit_code code = credit_session_open(config_, str_of(borrower), &session, &error);
        EXPECT_EQ(code, CREDIT_OK) << text_of(credit_error_message(error));
        credit_error_release(error);
        return session;
    }

    // Waits while too much is open, so that memory stays small.
    void begin(int count) {
        std::unique_lock<std::mutex> hold(mutex_);
        ASSERT_TRUE(changed_.wait_for(hold, kPatience, [&] { return open_ < kMostOpen; }))
            << "nothing finishes";
        open_ += count;
    }
    void done(int count) {
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            open_ -= count;
        }
        changed_.notify_all();
    }
    // Observers live as long as their session, so they are not waited for: with 300 of them everybody would wait for
    // somebody else to close it.
    void begin_watch() {
        const std::lock_guard<std::mutex> hold(mutex_);
        ++watching_;
    }
    void done_watch() {
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            --watching_;
        }
        changed_.notify_all();
    }
    bool all_done() {
        std::unique_lock<std::mutex> hold(mutex_);
        return changed_.wait_for(hold, kPatience, [&] { return open_ == 0 && watching_ == 0; });
    }

    Server server;
    Disk disk;
    std::atomic<std::uint64_t> tokens{0};
    std::atomic<std::uint64_t> responses{0};

  private:
    friend class Worker;
    credit_config* config_ = nullptr;
    std::mutex mutex_;
    std::condition_variable changed_;
    int open_ = 0;
    int watching_ = 0;
};

void act_inside(Op& op) {
    credit_session* session = op.inside;
    if (session == nullptr) return;
    std::array<char, 256> buffer;
    size_t size = 0;
    credit_token* token = nullptr;
    switch (op.inside_action % 6) {
        case 0:
            EXPECT_EQ(credit_session_close(session, nullptr, nullptr), CREDIT_OK);
            break;
        case 1:
            (void)credit_session_cancel(session, static_cast<credit_op>(op.inside_action) + 1);
            break;
        case 2:
            (void)credit_session_notify(session, CREDIT_HINT_FOREGROUND);
            break;
        case 3:
            if (credit_session_copy_token(session, 0, buffer.data(), buffer.size(), &size,
                                          nullptr) == CREDIT_OK) {
                EXPECT_GT(size, 0u);
            }
            break;
        case 4:
            if (credit_session_current_token(session, 0, &token) == CREDIT_OK)
                credit_token_release(token);
            break;
        default:
            credit_session_release(op.stress->open("borrower-inside"));
            break;
    }
    credit_session_release(session);
}

void finish(void* context) {
    Op& op = *static_cast<Op*>(context);
    act_inside(op);
    op.calls.fetch_add(1);
    op.stress->done(1);
}

void on_done(void* context, const credit_error*) {
    finish(context);
}
void on_token(void* context, credit_token* token, const credit_error* error) {
    EXPECT_EQ(token == nullptr, error != nullptr);
    if (token != nullptr) {
        static_cast<Op*>(context)->stress->tokens.fetch_add(1);
        EXPECT_GT(credit_token_value(token).size, 8u);
        credit_token_release(credit_token_retain(token));
    }
    finish(context);
}
void on_response(void* context, credit_response* response, const credit_error* error) {
    EXPECT_EQ(response == nullptr, error != nullptr);
    if (response != nullptr) static_cast<Op*>(context)->stress->responses.fetch_add(1);
    finish(context);
}
void on_journey(void* context, credit_journey*, const credit_error*) {
    finish(context);
}
void on_text(void* context, credit_str text, const credit_error* error) {
    if (error == nullptr) {
        EXPECT_EQ(text_of(text).find("_test_stress_"), std::string::npos)
            << "a token in the diagnostics";
    }
    finish(context);
}
void on_state(void* context, const credit_state_info*) {
    auto& watch = *static_cast<Watch*>(context);
    if (watch.released.load() != 0) watch.late.fetch_add(1);
}
void on_watch_released(void* context) {
    auto& watch = *static_cast<Watch*>(context);
    watch.released.fetch_add(1);
    watch.stress->done_watch();
}

// One of the threads.
class Worker {
  public:
    Worker(Stress& stress, unsigned seed) : stress_(stress), random_(seed) {}

    void run(Clock::time_point until) {
        while (Clock::now() < until) {
            const std::string borrower = "borrower-" + std::to_string(random_() % kBorrowers);
            credit_session* session = stress_.open(borrower);
            if (session == nullptr) return;
            for (int i = 0; i < kOpsPerHandle && Clock::now() < until; ++i)
                one(session, borrower);
            credit_session_release(session);
        }
    }

    // Exactly once for what was accepted, never for what was not.
    void check() const {
        for (const auto& op : ops_)
            ASSERT_EQ(op->calls.load(), op->accepted ? 1 : 0);
        for (const auto& watch : watches_) {
            ASSERT_EQ(watch->released.load(), watch->accepted ? 1 : 0);
            ASSERT_EQ(watch->late.load(), 0);
        }
    }
    std::size_t accepted() const {
        std::size_t count = 0;
        for (const auto& op : ops_)
            count += op->accepted ? 1 : 0;
        return count;
    }

  private:
    Op* make(credit_session* session) {
        auto op = std::make_unique<Op>();
        op->stress = &stress_;
        op->inside_action = static_cast<int>(random_() % 1000);
        // Closing is rare, else nothing else would ever happen.
        const bool closes = op->inside_action % 6 == 0;
        if (random_() % 8 == 0 && (!closes || random_() % 64 == 0))
            op->inside = credit_session_retain(session);
        stress_.begin(1);
        ops_.push_back(std::move(op));
        return ops_.back().get();
    }
    void took(Op* op, credit_code code) {
        op->accepted = code == CREDIT_OK;
        if (op->accepted) return;
        EXPECT_TRUE(code == CREDIT_SESSION_SPENT || code == CREDIT_CONFIG_CONFLICT) << code;
        credit_session_release(op->inside);
        stress_.done(1);
    }

    void one(credit_session* session, const std::string& borrower) {
        const unsigned what = static_cast<unsigned>(random_() % 1000);
        if (what < 300) return token(session);
        if (what < 420) return send(session);
        if (what < 560) return read(session);
        if (what < 640) return journey(session);
        if (what < 700) return diagnostics(session);
        if (what < 780) return start(session);
        if (what < 783) return adopt(session, borrower);
        if (what < 880) return watch(session);
        if (what < 920) return hints(session);
        if (what < 990) return cancelled(session);
        // Rare, else nothing else would ever happen.
        switch (random_() % 24) {
            case 0:
                return end(session);
            case 1:
            case 2:
                return close(session);
            case 3:
                return erase(borrower);
            default:
                return read(session);
        }
    }

    void token(credit_session* session) {
        credit_token_options options{};
        options.struct_size = sizeof options;
        options.deadline_ms = random_() % 4 == 0 ? 5 : 0;
        Op* op = make(session);
        took(op, credit_session_get_token(session, &options, op, on_token, nullptr));
    }
    void send(credit_session* session) {
        static const std::string get = "GET";
        static const std::string post = "POST";
        static const std::string path = "/api/v1/headless/journeys";
        static const std::string body = "{}";
        credit_request request{};
        request.struct_size = sizeof request;
        const bool mutation = random_() % 2 == 0;
        request.method = str_of(mutation ? post : get);
        request.path = str_of(path);
        if (mutation) request.body = str_of(body);
        request.one_shot = random_() % 4 == 0 ? 1 : 0;
        Op* op = make(session);
        took(op, credit_session_send(session, &request, op, on_response, nullptr));
    }
    void read(credit_session* session) {
        std::array<char, 256> buffer;
        size_t size = 0;
        uint64_t generation = 0;
        const credit_code code =
            credit_session_copy_token(session, 0, buffer.data(), buffer.size(), &size, &generation);
        if (code == CREDIT_OK) {
            EXPECT_EQ(std::string(buffer.data(), size).substr(0, 15), "st_test_stress_");
            if (random_() % 256 == 0) (void)credit_session_reject_token(session, generation);
        } else {
            EXPECT_TRUE(code == CREDIT_NO_LIVE_TOKEN || code == CREDIT_SESSION_SPENT) << code;
        }
        credit_state_info info{};
        info.struct_size = sizeof info;
        EXPECT_EQ(credit_session_state(session, &info), CREDIT_OK);
    }
    void journey(credit_session* session) {
        credit_journey_options options{};
        options.struct_size = sizeof options;
        options.known_only = random_() % 2 == 0 ? 1 : 0;
        Op* op = make(session);
        took(op, credit_session_journey(session, &options, op, on_journey, nullptr));
    }
    void diagnostics(credit_session* session) {
        Op* op = make(session);
        took(op, credit_session_diagnostics(session, op, on_text, nullptr));
    }
    void start(credit_session* session) {
        credit_start_options options{};
        options.struct_size = sizeof options;
        options.replace = random_() % 256 == 0 ? 1 : 0;
        Op* op = make(session);
        took(op, credit_session_start(session, &options, op, on_done, nullptr));
    }
    void adopt(credit_session* session, const std::string& borrower) {
        const std::string json = stress_.server.session_for(borrower);
        Op* op = make(session);
        took(op, credit_session_adopt_json(session, str_of(json), nullptr, op, on_done, nullptr));
    }
    void watch(credit_session* session) {
        auto watch = std::make_unique<Watch>();
        watch->stress = &stress_;
        credit_observer observer{};
        observer.struct_size = sizeof observer;
        observer.context = watch.get();
        observer.on_state = on_state;
        observer.release = on_watch_released;
        uint64_t subscription = 0;
        stress_.begin_watch();
        watch->accepted = credit_session_subscribe(session, &observer, &subscription) == CREDIT_OK;
        if (!watch->accepted) stress_.done_watch();
        if (watch->accepted && random_() % 2 == 0) {
            EXPECT_EQ(credit_session_unsubscribe(session, subscription), CREDIT_OK);
        }
        watches_.push_back(std::move(watch));
    }
    void hints(credit_session* session) {
        const credit_code code =
            credit_session_notify(session, static_cast<credit_hint>(1 + random_() % 5));
        EXPECT_TRUE(code == CREDIT_OK || code == CREDIT_SESSION_SPENT);
    }
    void cancelled(credit_session* session) {
        credit_op id = 0;
        Op* op = make(session);
        const credit_code code = credit_session_get_token(session, nullptr, op, on_token, &id);
        took(op, code);
        if (code == CREDIT_OK) {
            EXPECT_EQ(credit_session_cancel(session, id), CREDIT_OK);
        }
    }
    void close(credit_session* session) {
        Op* op = make(nullptr);
        took(op, credit_session_close(session, op, on_done));
    }
    void end(credit_session* session) {
        Op* op = make(nullptr);
        took(op, credit_session_end(session, op, on_done));
    }
    void erase(const std::string& borrower) {
        Op* op = make(nullptr);
        took(op, credit_storage_erase(stress_.config_, str_of(borrower), op, on_done));
    }

    Stress& stress_;
    std::mt19937 random_;
    std::vector<std::unique_ptr<Op>> ops_;
    std::vector<std::unique_ptr<Watch>> watches_;
};

TEST(Stress, R34_EveryOperationFromEveryThreadFinishesExactlyOnceAndNothingIsLeft) {
    auto stress = std::make_unique<Stress>();
    std::vector<std::unique_ptr<Worker>> workers;
    for (unsigned i = 0; i < kThreads; ++i)
        workers.push_back(std::make_unique<Worker>(*stress, i + 1));
    const auto until = Clock::now() + kRunFor;
    std::vector<std::thread> threads;
    for (const auto& worker : workers)
        threads.emplace_back([&worker, until] { worker->run(until); });
    for (std::thread& thread : threads)
        thread.join();
    ASSERT_TRUE(stress->all_done()) << "an operation never finished";
    std::size_t accepted = 0;
    for (const auto& worker : workers) {
        worker->check();
        accepted += worker->accepted();
    }
    stress->release_config();
    const auto deadline = Clock::now() + kPatience;
    while ((credit_debug_live_objects() != 0 || stress->server.released < 3 ||
            stress->disk.released < 1) &&
           Clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_EQ(credit_debug_live_objects(), 0u);
    EXPECT_EQ(stress->server.released, 3);
    EXPECT_EQ(stress->disk.released, 1);
    EXPECT_EQ(stress->disk.wrong, 0) << "commit locks out of order";
    // It was a stress and not an idle walk.
    EXPECT_GT(accepted, 1'000u);
    EXPECT_GT(stress->tokens, 100u);
    EXPECT_GT(stress->responses, 50u);
    EXPECT_GT(stress->server.refreshes, 5);
    for (const auto& worker : workers)
        worker->check();  // nothing came late either
    std::printf(
        "operations %zu, tokens %llu, responses %llu, refreshes %d, 401s %d, lost or unsent %d\n",
        accepted, static_cast<unsigned long long>(stress->tokens),
        static_cast<unsigned long long>(stress->responses), stress->server.refreshes.load(),
        stress->server.refused.load(), stress->server.failures.load());
}

}  // namespace
}  // namespace credit::stress

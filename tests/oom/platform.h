// A platform, a partner, a disk and a clock behind the C API's function tables. Nothing in it is random and it has no
// thread: a request is answered inside start(), unless it is held. What it takes is the test's own (MemoryGate::Own).
#pragma once

#include <credit/credit.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <string>

namespace credit::oom {

std::string text_of(credit_str s);
credit_str str_of(const std::string& s);

class Platform {
  public:
    // How the next request of its kind fails.
    enum class Trouble { none, unsent, lost_request, lost_reply, busy, verdict, unauthorized };

    credit_transport transport();
    credit_session_provider provider();
    credit_partner_auth partner_auth();
    credit_secure_store store();        // one process
    credit_secure_store other_store();  // another one, on the same records
    credit_clock clock();
    credit_logger logger();
    credit_background background();

    // What the partner's server would hand to the app.
    std::string session_for(const std::string& borrower);
    static void advance(std::int64_t ms) { elapsed().fetch_add(ms); }
    // Answers what was held so far, on the caller's thread.
    void release_held();
    void hold(bool on) { hold_ = on; }
    void corrupt_records();
    // No more trouble, whatever is still planned.
    void calm();

    std::atomic<Trouble> next_refresh{Trouble::none};
    std::atomic<Trouble> next_call{Trouble::none};
    std::atomic<bool> provider_fails{false};
    std::atomic<bool> auth_fails{false};
    std::atomic<bool> store_locked{false};
    std::atomic<bool> backend_managed{false};

    // What must never be.
    std::atomic<int> reuses{
        0};  // an old refresh token under another key: the family would be revoked
    std::atomic<int> unbalanced{0};  // commit locks
    std::atomic<int> rotations{0};
    std::atomic<int> taken{0};     // tables handed to the library
    std::atomic<int> released{0};  // and let go of

  private:
    struct Job {
        credit_http_exchange* exchange = nullptr;
        std::string method;
        std::string url;
        std::string bearer;
        std::string key;
        std::string correlation;
        std::string body;
    };
    struct Reply {
        int status = 0;  // 0: none came
        bool maybe_sent = true;
        std::string body;
    };
    struct Family {
        std::string borrower;
        std::string session;
        std::string refresh;
        bool dead = false;
    };

    static void start(void* context, const credit_http_request* request,
                      credit_http_exchange* exchange);
    static void cancel(void* context, credit_http_exchange* exchange);
    static void provide(void* context, const credit_provider_request* request,
                        credit_provider_call* call);
    static void headers(void* context, credit_partner_auth_call* call);
    static void now(void* context, credit_now* out);
    static void log(void* context, credit_log_level level, credit_str line);
    static std::uint64_t begin(void* context);
    static void end(void* context, std::uint64_t handle);
    static void release(void* context);
    static credit_store_answer load(void* context, credit_str name, credit_sink* sink);
    static credit_store_answer replace(void* context, credit_str name, const std::uint8_t* bytes,
                                       std::size_t size, std::uint64_t seq);
    static credit_store_answer erase(void* context, credit_str name);
    static credit_store_answer lock(void* context, credit_str name);
    static void unlock(void* context, credit_str name);
    // The second process's functions: the same with another context.
    static Platform& disk_of(void* context) { return **static_cast<Platform**>(context); }

    credit_secure_store store_at(Platform** process);
    Reply answer(const Job& job);
    Reply refresh(const Job& job);
    Reply call(const Job& job);
    Reply mint_reply(const Job& job);
    static void deliver(credit_http_exchange* exchange, const Reply& reply);
    std::string mint(Family& family);
    std::string flat(const std::string& borrower);
    std::string envelope(const std::string& data, const std::string& correlation);
    // One clock for the whole process, which never goes back: the retry budget is the process's, too (R38).
    static std::atomic<std::int64_t>& elapsed();
    static std::int64_t wall_ms();

    mutable std::mutex mutex_;
    std::atomic<bool> hold_{false};
    std::deque<Job> held_;
    std::map<std::string, Family> families_;        // by the refresh token that is good
    std::map<std::string, std::string> used_;       // refresh tokens that were, with the key
    std::map<std::string, std::string> kept_;       // replies by key
    std::map<std::string, std::string> borrowers_;  // session token that is good -> borrower
    std::map<std::string, std::string> records_;
    std::map<std::string, bool> locks_;
    int serial_ = 0;
    Platform* first_process_ = this;
    Platform* second_process_ = this;
};

}  // namespace credit::oom

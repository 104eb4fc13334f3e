// A platform, a partner and a disk inside the process, behind the C API's function tables.
// Thread-safe.
#pragma once

#include <credit/credit.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace credit::stress {

std::string text_of(credit_str s);
credit_str str_of(const std::string& s);

// Rotates tokens, replays by key, and now and then fails in one of the ways a network can.
class Server {
  public:
    Server();
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    credit_transport transport();
    credit_session_provider provider();
    credit_partner_auth partner_auth();
    // What the partner's server would hand to the app.
    std::string session_for(const std::string& borrower);

    std::atomic<int> released{0};  // tables the library let go of
    std::atomic<int> refreshes{0};
    std::atomic<int> calls{0};
    std::atomic<int> refused{0};
    std::atomic<int> failures{0};

  private:
    struct Job {
        credit_http_exchange* exchange = nullptr;
        credit_provider_call* call = nullptr;  // instead of an exchange
        std::string borrower;
        std::string url;
        std::string authorization;
        std::string key;
        std::string correlation;
        std::string body;
    };
    struct Family {
        std::string borrower;
        std::string session;
        std::string refresh;
        bool revoked = false;
    };
    struct Reply {
        int status = 0;
        std::string body;
        enum class Fate { answer, lost, unsent } fate = Fate::answer;
    };

    static void start(void* context, const credit_http_request* request,
                      credit_http_exchange* exchange);
    static void cancel(void* context, credit_http_exchange* exchange);
    static void provide(void* context, const credit_provider_request* request,
                        credit_provider_call* call);
    static void headers(void* context, credit_partner_auth_call* call);
    static void release(void* context);

    void take(Job job);
    void work();
    void serve(const Job& job);
    Reply answer(const Job& job);
    Reply refresh(const Job& job);
    Reply call(const Job& job);
    std::string mint(Family& family);
    std::string envelope(const std::string& data, const std::string& correlation);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;
    bool over_ = false;
    std::mutex state_;
    std::map<std::string, Family> families_;         // by refresh token
    std::map<std::string, std::string> by_session_;  // session token -> refresh token
    std::map<std::string, std::string> kept_;        // replies by key
    int serial_ = 0;
    std::vector<std::thread> threads_;
};

// Records by name; every so often it has a bad moment.
class Disk {
  public:
    credit_secure_store store();
    std::atomic<int> released{0};
    std::atomic<int> wrong{0};  // locks that were not balanced

  private:
    static credit_store_answer load(void* context, credit_str name, credit_sink* sink);
    static credit_store_answer replace(void* context, credit_str name, const uint8_t* bytes,
                                       size_t size, uint64_t seq);
    static credit_store_answer erase(void* context, credit_str name);
    static credit_store_answer lock(void* context, credit_str name);
    static void unlock(void* context, credit_str name);
    static void release(void* context);
    bool bad_moment() { return operations_.fetch_add(1) % 97 == 96; }

    std::mutex mutex_;
    std::map<std::string, std::string> records_;
    std::map<std::string, bool> locked_;
    std::atomic<unsigned> operations_{0};
};

}  // namespace credit::stress

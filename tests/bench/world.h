// A platform, a disk and, if wanted, a clock behind the C API's function tables, made to cost next to nothing, and sessions
// on them. Whatever fails here ends the program with a message: a benchmark of a failure measures nothing.
#pragma once

#include <credit/credit.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace credit::bench {

[[noreturn]] void die(const std::string& why);
void must(credit_code code, const char* what);
std::int64_t monotonic_ns() noexcept;
// A whole number of at least 1 from the command line.
std::int64_t number(const char* text, const char* what);

// How the platform answers a refresh.
// `never`: the request times out. `held`: it waits for World::release().
enum class Source { answers, fails_at_once, fails_later, never, held };

// The system's clocks, or one of the benchmark's own that advance() moves: standing still, or running besides.
enum class Time { system, standing, running };

struct Setup {
    std::size_t token_bytes = 1024;  // of the session token; the refresh token has half of it
    std::int64_t life_s = 3600;
    std::string folder;  // of the sealed files; empty: records lie in a table in memory
    Time time = Time::system;
    std::int64_t attempt_timeout_ms = 0;
};

// One answer to one asynchronous call.
class Answer {
  public:
    void arrive(credit_code code);
    credit_code wait();
    // False: nothing came in that time.
    bool wait_for(std::int64_t ms);
    std::int64_t at_ns() const { return at_ns_; }
    credit_code code() const { return code_; }

    static void on_done(void* context, const credit_error* error);
    static void on_token(void* context, credit_token* token, const credit_error* error);

  private:
    std::mutex mutex_;
    std::condition_variable came_;
    bool there_ = false;
    std::int64_t at_ns_ = 0;
    credit_code code_ = CREDIT_OK;
};

// Not to be destroyed while the library may call it: programs let it live until they end.
class World {
  public:
    explicit World(Setup setup);

    credit_session* open(const std::string& borrower);
    // Hands in a fresh pair and waits until it is stored.
    void adopt(credit_session* session, const std::string& borrower);
    // A session with a live token.
    credit_session* live(const std::string& borrower);
    // Waits for a token; `deadline_ms` 0: the policy's.
    credit_code token(credit_session* session, std::int64_t deadline_ms = 0);

    void advance(std::int64_t ms) { elapsed_.fetch_add(ms); }
    // Of what is issued from here on.
    void set_life(std::int64_t seconds);
    void set_source(Source source) { source_ = source; }
    // Waits until a held request is there, and answers it.
    void release();

    std::uint64_t fetches() const { return fetches_; }
    std::uint64_t loads() const { return loads_; }
    std::uint64_t replaces() const { return replaces_; }

  private:
    static World& of(void* context) { return *static_cast<World*>(context); }
    static void start(void* context, const credit_http_request* request,
                      credit_http_exchange* exchange);
    static void cancel(void* context, credit_http_exchange* exchange);
    static void now(void* context, credit_now* out);
    static credit_store_answer load(void* context, credit_str name, credit_sink* sink);
    static credit_store_answer replace(void* context, credit_str name, const std::uint8_t* bytes,
                                       std::size_t size, std::uint64_t write_seq);
    static credit_store_answer erase(void* context, credit_str name);

    void set_ports();
    void answer(credit_http_exchange* exchange);
    std::string pair(std::uint64_t serial) const;
    void renumber() noexcept;
    std::int64_t elapsed_ms() const noexcept;
    std::int64_t wall_ms() const;

    const Setup setup_;
    credit_config* config_ = nullptr;
    std::atomic<std::int64_t> elapsed_{1'000'000};
    std::atomic<Source> source_{Source::answers};
    std::atomic<credit_http_exchange*> held_{nullptr};
    std::atomic<std::uint64_t> fetches_{0};
    std::atomic<std::uint64_t> loads_{0};
    std::atomic<std::uint64_t> replaces_{0};
    std::atomic<std::uint64_t> serial_{0};
    std::int64_t life_s_;
    std::string reply_;  // its tokens are numbered in place, so that answering takes no memory
    std::mutex mutex_;
    std::map<std::string, std::string, std::less<>> records_;
};

}  // namespace credit::bench

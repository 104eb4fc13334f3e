// One run of a scenario through the C API: what was asked, what was answered, what has to be true afterwards.
// The thread that owns it is under MemoryGate::Own; only the calls of the library are counted.
#pragma once

#include <credit/credit.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tests/oom/memory_gate.h"
#include "tests/oom/platform.h"

namespace credit::oom {

// What stores the records.
enum class Place { table, files };

struct Setup {
    Place place = Place::table;
    bool provider = false;
    bool partner = false;  // partner_url and partner_auth
    bool background = false;
    bool logger = false;
    credit_refresh_route route = CREDIT_REFRESH_PLATFORM;
    std::string real_url;  // the library's own transport and clock, against this server
    std::string ca_pem;
};

// An operation, accepted or not, and its answers.
struct Answer {
    bool accepted = false;
    credit_op op = 0;
    int calls = 0;
    credit_code code = CREDIT_OK;
    std::string text;      // token, journey id, body
    int status = 0;        // of a response
    bool released = true;  // of an observer
};

class Scene {
  public:
    explicit Scene(Setup setup);
    ~Scene();
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    Platform platform;

    // A function of the library, counted.
    template <class Call>
    auto of_library(Call call) {
        const test::MemoryGate::Counted counted;
        return call();
    }
    // Notes what must never come: a failed check where only memory was missing.
    credit_code saw(credit_code code);

    void expect(bool fact, const char* otherwise);

    // Null when there was no memory for it. `process` 1: another one on the same records.
    credit_config* configure(int process = 0);
    credit_session* open(credit_config* config, const std::string& borrower = "borrower-1");
    credit_session* open() { return open(configure()); }

    Answer& adopt(credit_session* session, const std::string& json);
    Answer& adopt(credit_session* session);  // a good one
    Answer& start(credit_session* session, bool replace = false);
    Answer& token(credit_session* session);
    Answer& get(credit_session* session);
    Answer& post(credit_session* session, bool one_shot = false);
    Answer& journey(credit_session* session, bool known_only);
    Answer& diagnostics(credit_session* session);
    Answer& close(credit_session* session);
    Answer& end(credit_session* session);
    Answer& erase(credit_config* config);
    Answer& subscribe(credit_session* session, std::uint64_t& subscription);
    void cancel(credit_session* session, const Answer& what);
    void release(credit_session* session);

    // Until it is answered; time passes meanwhile.
    void wait(Answer& answer);
    void wait_all();
    void expire_token() { Platform::advance(1'795'000); }

    // An adopted session that is being used.
    credit_session* live();

    // Everything is let go of, the library settles. With memory as it is.
    void finish();
    // Memory is back: the same store gives a working session again.
    void check_afterwards();
    // What was wrong, if anything.
    const std::string& fault() const { return fault_; }

    void damage_store();
    void remove_folder();
    // From here on it may rightly be gone: the platform said so.
    void may_be_lost() { uncertain_ = true; }

    static std::uint64_t kept_alive();  // the C API's objects that belong to no scene
    // Keeps the engine's thread, so that a scene need not start one.
    static void keep_engine();

  private:
    enum class Belief { unknown, live, none };

    static void on_done(void* context, const credit_error* error);
    static void on_token(void* context, credit_token* token, const credit_error* error);
    static void on_response(void* context, credit_response* response, const credit_error* error);
    static void on_journey(void* context, credit_journey* journey, const credit_error* error);
    static void on_text(void* context, credit_str text, const credit_error* error);
    static void on_state(void* context, const credit_state_info* info);
    static void on_released(void* context);

    struct Pending {
        Scene* scene = nullptr;
        Answer answer;
        Belief success = Belief::unknown;
        bool changes = false;
    };
    Pending& make(Belief success = Belief::unknown, bool changes = false);
    Answer& took(Pending& pending, credit_code code);
    void answered(Pending& pending, const credit_error* error, std::string text = {},
                  int status = 0);
    bool set_all(credit_config* config, int process);
    bool set_ports(credit_config* config, int process);
    bool settled();
    void nudge();
    void blame(const std::string& what);
    void check_answers();
    const Answer& patient_token(credit_session* session);
    bool check_session(credit_session* session);

    const Setup setup_;
    std::string folder_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Pending> pending_;
    std::vector<credit_config*> configs_;
    std::vector<credit_session*> sessions_;
    Belief belief_ = Belief::none;
    bool damaged_ = false;
    bool uncertain_ = false;
    std::string fault_;
};

}  // namespace credit::oom

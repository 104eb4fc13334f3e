// What must be true of an app's view of its sessions, whatever order it calls in: a small model beside the real library.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "credit/credit.h"
#include "tests/fuzz/support/capi_ports.h"

namespace credit::fuzz {

// One open session, from opening it to its last callback.
struct Life {
    std::string borrower;
    bool ended = false;  // credit_session_end was taken on
    bool close_asked = false;
    bool closed = false;           // a close callback came
    bool released = false;         // no handle is left
    std::uint64_t generation = 0;  // the highest an app has seen
    bool observed_closed = false;
};
using LifeRef = std::shared_ptr<Life>;

enum class Asked { token, done, close, end, text, journey, call };

// A callback that is owed.
struct Owed {
    class CapiModel* model = nullptr;
    LifeRef life;
    Asked what = Asked::done;
    bool accepted = false;
    bool after_close = false;  // asked when the session was already closed
    int calls = 0;
};

class CapiModel {
  public:
    explicit CapiModel(CapiPorts& ports) : ports_(ports) {}
    CapiModel(const CapiModel&) = delete;
    CapiModel& operator=(const CapiModel&) = delete;

    // The context for a call; afterwards its code.
    Owed* owe(const LifeRef& life, Asked what);
    void taken(Owed* owed, credit_code code);
    // What a call of a sound session with sound arguments must have returned.
    void check_code(const Life& life, credit_code code) const;
    void saw_token(Life& life, credit_str value, std::uint64_t generation);
    void saw_state(Life& life, const credit_state_info& info, bool from_observer);
    // Everything that was taken on was answered once, and nothing else was.
    void check_all_answered() const;

    static void on_done(void* context, const credit_error* error);
    static void on_token(void* context, credit_token* token, const credit_error* error);
    static void on_text(void* context, credit_str text, const credit_error* error);
    static void on_journey(void* context, credit_journey* journey, const credit_error* error);
    static void on_response(void* context, credit_response* response, const credit_error* error);

    bool calling = false;  // inside a call of the API: no callback may come
    bool in_callback = false;
    bool ended_ever(const std::string& borrower) const { return ended_.count(borrower) != 0; }

  private:
    Owed& came(void* context, const credit_error* error);
    void check_error(const Owed& owed, const credit_error& error) const;

    CapiPorts& ports_;
    std::deque<Owed> owed_;
    std::set<std::string> ended_;
};

}  // namespace credit::fuzz

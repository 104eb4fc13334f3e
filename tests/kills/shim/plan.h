// What this run of the program under test is to suffer, from the environment.
#pragma once

#include <cstddef>
#include <cstdint>

namespace credit::test::shim {

enum class Action {
    none,
    kill_before,
    kill_after,
    torn,         // writes `value` bytes of a write, then dies
    stop_before,  // SIGSTOP; whoever watches goes on with SIGCONT
    error_once,   // `value` is the errno
    error_burst,  // three calls in a row
    error_on,     // this call, and from then on every call that can fail so
    shorten,      // transfers `value` bytes only
};

// Stores that are broken on purpose: what the gate has to notice.
enum class Breakage { none, no_sync, no_folder_sync, one_slot, no_rename };

struct Plan {
    Action action = Action::none;
    std::uint64_t at = 0;  // the first call is 1
    std::uint64_t value = 0;
    Breakage breakage = Breakage::none;
    const char* folder = nullptr;  // calls on what lies below it are counted
    std::size_t folder_size = 0;
    const char* list = nullptr;  // file for one line a call
    const char* journal = nullptr;
    const char* clock = nullptr;
    const char* mark = nullptr;  // made when the plan struck
};

// CREDIT_SHIM_FOLDER, _PLAN ("kill-before 17 0"), _BREAKAGE, _LIST, _JOURNAL, _CLOCK, _MARK. A plan that
// cannot be read ends the process: a test that suffers nothing would pass.
const Plan& plan();

}  // namespace credit::test::shim

// One case: a command, a platform, and what befalls one run after the other. Its text repeats it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace credit::test {

struct Fault {
    // What the shim does: kill-before, kill-after, torn, error-once, error-burst, error-on, shorten.
    // What the driver does: timed (SIGKILL after `value` us), power-cut (at a call, seed `value`),
    // pair, pair-waiter, suspend (see faults.h), none.
    std::string kind;
    std::uint64_t at = 0;
    std::uint64_t value = 0;
};

struct Case {
    std::string command;  // token, call, start, adopt, end, heal, status
    std::string model;    // of the sandbox
    std::vector<Fault> faults;
};

// "token/replay/kill-before.17.0+timed.0.1200"
std::string text_of(const Case& one);
// Throws std::invalid_argument that says what is wrong.
Case case_of(const std::string& text);

const std::vector<std::string>& all_commands();
const std::vector<std::string>& all_models();
// Platforms that answer a repeated refresh as they did the first time: nothing may be lost there.
bool is_idempotent(const std::string& model);
// Platforms that refuse a spent refresh token however soon and with whatever key it comes again.
bool is_strict(const std::string& model);

}  // namespace credit::test

// What else of Darwin the adapters meet: suspension, clocks, data protection of files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace credit::test {

// performExpiringActivity of NSProcessInfo: the block runs on a thread of its own.
namespace suspension {
enum class Answer {
    grant,
    refuse,
    never,          // no thread to be had
    no_such_method  // a Mac
};
void set_answer(Answer answer);
// The system's time is over: calls the running blocks once more, with "expired", and returns when they did.
void expire_all();
// Blocks that run, and with them assertions that hold the process up.
int running();
int asked();
// Waits for every thread; all blocks must have been let go.
void reset();
}  // namespace suspension

namespace darwin_time {
void set_ticks(std::uint64_t ticks);
void set_timebase(std::uint32_t numerator, std::uint32_t denominator);
// Nothing: the sandbox does not tell.
void set_boot_session(std::optional<std::string> uuid);
void set_boot_time(std::optional<std::int64_t> seconds);
}  // namespace darwin_time

// Files of this class before the first unlock: their names are there, opening them is not permitted.
namespace data_protection {
void lock_files(bool locked);
}  // namespace data_protection

}  // namespace credit::test

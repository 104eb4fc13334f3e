#include "core/engine/memory_notice.h"

#include <atomic>
#include <string_view>

#include "core/base/arena.h"

namespace credit {
namespace {

constexpr std::string_view kNotLocked =
    "secrets lie in memory that could not be locked: the system may write it to its swap space";
constexpr std::string_view kSpilled =
    "more secrets than the locked memory has room for: the others are kept out of core dumps and "
    "wiped, "
    "but are not locked";

}  // namespace

void tell_of_memory(Logger* logger) noexcept {
    static std::atomic<bool> told{false};
    if (logger == nullptr || told.load(std::memory_order_relaxed)) return;
    const arena::Report memory = arena::report();
    // Without pages nobody has given the arena memory: a core without its adapters, which promises nothing.
    const bool worth_telling = memory.out_of_dumps && (!memory.locked || memory.spilled != 0);
    if (!worth_telling || told.exchange(true, std::memory_order_relaxed)) return;
    if (memory.locked) {
        logger->log(LogLevel::info, kSpilled);
    } else {
        logger->log(LogLevel::warning, kNotLocked);
    }
}

}  // namespace credit

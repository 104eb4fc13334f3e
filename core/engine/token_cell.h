// The token of right now, for readers on any thread: no lock, no allocation, no system call. One writer at a time.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/base/time.h"
#include "core/engine/token.h"

namespace credit {

class TokenCell {
  public:
    // What a reader needs besides the token; written before the slot is published and not changed while it is.
    struct Terms {
        ElapsedTime ends{INT64_MIN};
        ElapsedTime renew_from{INT64_MAX};
        Millis default_minimum;
        Millis life{-1};
    };
    enum class Read { ok, none, too_short };

    // The first slot is the published one from the start: readers may be in it, so it is not free.
    TokenCell() { slots_[0].free.store(false, std::memory_order_relaxed); }

    // `renew` is set when the token is near its end. The visitor sees the token only if it is good.
    template <class Visit>
    Read read(Millis minimum, ElapsedTime now, bool& renew, Visit visit) noexcept {
        const std::uint64_t ticket = head_.fetch_add(1, std::memory_order_acquire);
        Slot& slot = slots_[ticket >> kCountBits];
        Read result = Read::none;
        if (slot.token != nullptr) result = judge(slot.terms, minimum, now, renew);
        if (result == Read::ok) visit(slot.token);
        add(slot, -1);
        return result;
    }

    void publish(TokenRef token, const Terms& terms);
    void clear() { publish(nullptr, Terms{}); }
    // R29: the token of that generation is gone at once, and not published again.
    void reject(std::uint64_t generation);
    // R35: cleared for good; later publications are ignored.
    void spend();

  private:
    // head_ = index of the published slot | number of readers that entered it since it was published.
    static constexpr int kCountBits = 56;
    static constexpr std::uint64_t kCountMask = (std::uint64_t{1} << kCountBits) - 1;
    static constexpr std::size_t kSlots = 32;

    struct Slot {
        TokenRef token;
        Terms terms;
        // Minus one for every reader that left, plus all who ever entered once it is retired. So it is zero for the one
        // who sees everybody gone: a reader while it is retired, or the writer that retires it. Nobody else comes to zero.
        std::atomic<std::int64_t> inside{0};
        std::atomic<bool> free{true};
    };

    static Read judge(const Terms& terms, Millis minimum, ElapsedTime now, bool& renew) noexcept;
    static void add(Slot& slot, std::int64_t readers) noexcept;
    void publish_locked(TokenRef token, const Terms& terms);

    std::atomic<std::uint64_t> head_{0};
    std::array<Slot, kSlots> slots_;
    std::mutex writer_;
    bool spent_ = false;
    std::uint64_t rejected_ = 0;  // generation
};

}  // namespace credit

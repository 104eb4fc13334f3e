#include "core/engine/token_cell.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace credit {

TokenCell::Read TokenCell::judge(const Terms& terms, Millis minimum, ElapsedTime now,
                                 bool& renew) noexcept {
    renew = now >= terms.renew_from;
    if (now >= terms.ends) return Read::too_short;
    if (terms.life.count < 0) return Read::ok;  // unknown life: used until a 401 (R30)
    const Millis wanted = minimum.count > 0 ? min(minimum, terms.life / 2) : terms.default_minimum;
    return terms.ends - now >= wanted ? Read::ok : Read::too_short;
}

// Whoever brings the count to zero lets go of the token. One atomic step, so a reader that was stopped for long cannot
// mistake a later use of the slot for its own.
void TokenCell::add(Slot& slot, std::int64_t readers) noexcept {
    if (slot.inside.fetch_add(readers, std::memory_order_acq_rel) + readers != 0) return;
    slot.token.reset();
    slot.free.store(true, std::memory_order_release);
}

void TokenCell::publish(TokenRef token, const Terms& terms) {
    const std::lock_guard<std::mutex> hold(writer_);
    if (spent_) return;
    // Decided before the engine heard of the rejection.
    if (token != nullptr && token->generation == rejected_) token = nullptr;
    publish_locked(std::move(token), terms);
}

void TokenCell::reject(std::uint64_t generation) {
    const std::lock_guard<std::mutex> hold(writer_);
    rejected_ = generation;
    const std::uint64_t current = head_.load(std::memory_order_relaxed) >> kCountBits;
    const TokenRef& published = slots_[current].token;
    if (published != nullptr && published->generation == generation)
        publish_locked(nullptr, Terms{});
}

void TokenCell::spend() {
    const std::lock_guard<std::mutex> hold(writer_);
    spent_ = true;
    publish_locked(nullptr, Terms{});
}

void TokenCell::publish_locked(TokenRef token, const Terms& terms) {
    const std::uint64_t current = head_.load(std::memory_order_relaxed) >> kCountBits;
    std::size_t next = kSlots;
    while (next == kSlots) {
        for (std::size_t i = 0; i < kSlots && next == kSlots; ++i) {
            if (i != current && slots_[i].free.load(std::memory_order_acquire)) next = i;
        }
        // All slots are held by readers that were stopped in the middle of a copy; they need the processor.
        if (next == kSlots) std::this_thread::yield();
    }
    Slot& slot = slots_[next];
    slot.free.store(false, std::memory_order_relaxed);
    slot.token = std::move(token);
    slot.terms = terms;
    const std::uint64_t old =
        head_.exchange(static_cast<std::uint64_t>(next) << kCountBits, std::memory_order_acq_rel);
    add(slots_[old >> kCountBits], static_cast<std::int64_t>(old & kCountMask));
}

}  // namespace credit

#include "core/engine/token_cell.h"

#include <utility>

namespace credit {
namespace {

// How often the writer looks before it leaves a retired token to the readers inside: about two microseconds, in which a
// reader's store that is on its way arrives. It never yields: with busy readers that would hold up the engine for as many
// slices of time as there are of them.
constexpr int kLooks = 64;

}  // namespace

TokenCell::~TokenCell() {
    replace(nullptr);
}

// The writer was faster than this reader: it has to put down the newer rack before it may look at it. The writer may have
// found it with the older one, so the older one is swept.
void TokenCell::settle_on_newest(std::size_t place, TokenRack*& rack) noexcept {
    TokenRack* now = head_.load();
    if (now == rack) return;
    while (now != rack) {
        rack = now;
        places_[place].inside.exchange(rack);
        if (rack == nullptr) break;
        now = head_.load();
    }
    sweep_when_free();
}

// The crowd is in the way of every retired rack, so whoever leaves it looks.
void TokenCell::leave_crowd() noexcept {
    crowd_.fetch_sub(1);
    sweep_when_free();
}

std::size_t TokenCell::enter_elsewhere(std::size_t taken, TokenRack*& rack) noexcept {
    for (std::size_t i = 1; i < kCrowd; ++i) {
        const std::size_t place = (taken + i) % kCrowd;
        TokenRack* nobody = nullptr;
        if (!places_[place].inside.compare_exchange_strong(nobody, rack)) continue;
        settle_on_newest(place, rack);
        return place;
    }
    // As many readers as there are places were stopped at once in the middle of a read.
    crowd_.fetch_add(1);
    rack = head_.load();
    if (rack == nullptr) leave_crowd();
    return kCrowd;
}

void TokenCell::publish(TokenRef token, const Terms& terms) {
    replace(token == nullptr ? nullptr : new TokenRack(std::move(token), terms));
}

void TokenCell::replace(TokenRack* fresh) noexcept {
    {
        const std::lock_guard<std::mutex> hold(writer_);
        // A rejected one was decided on before the engine heard of the rejection.
        const bool rejected = fresh != nullptr && fresh->generation() == rejected_;
        if (fresh != nullptr && (spent_ || rejected)) discard(std::exchange(fresh, nullptr));
        if (!spent_) replace_locked(fresh);
    }
    if (sweep_asked_.load()) sweep_when_free();
}

void TokenCell::reject(std::uint64_t generation) noexcept {
    {
        const std::lock_guard<std::mutex> hold(writer_);
        rejected_ = generation;
        const TokenRack* published = head_.load(std::memory_order_relaxed);
        if (published != nullptr && published->generation() == generation) replace_locked(nullptr);
    }
    if (sweep_asked_.load()) sweep_when_free();
}

void TokenCell::spend() noexcept {
    {
        const std::lock_guard<std::mutex> hold(writer_);
        spent_ = true;
        replace_locked(nullptr);
    }
    if (sweep_asked_.load()) sweep_when_free();
}

void TokenCell::replace_locked(TokenRack* fresh) noexcept {
    TokenRack* const old = head_.exchange(fresh);
    if (old == nullptr) return;
    old->next_ = retired_;
    retired_ = old;
    for (int look = 0; look < kLooks && retired_ != nullptr; ++look) {
        sweep_locked();
    }
}

void TokenCell::discard(TokenRack* never_published) noexcept {
    for (std::size_t place = 0; place < TokenRack::kPlaces; ++place)
        never_published->settle(place);
    never_published->let_go();
}

bool TokenCell::vacant(std::size_t place, const TokenRack* rack) const noexcept {
    return place == kCrowd ? crowd_.load() == 0 : places_[place].inside.load() != rack;
}

void TokenCell::sweep_locked() noexcept {
    constexpr std::uint32_t kAll = (std::uint32_t{1} << TokenRack::kPlaces) - 1;
    for (TokenRack** at = &retired_; *at != nullptr;) {
        TokenRack* const rack = *at;
        for (std::size_t place = 0; place < TokenRack::kPlaces; ++place) {
            const bool open = (rack->settled_ >> place & 1) == 0;
            if (open && vacant(place, rack)) rack->settle(place);
        }
        if (rack->settled_ != kAll) {
            at = &rack->next_;
            continue;
        }
        *at = rack->next_;
        rack->let_go();
    }
}

// By a reader on its way out. It does not wait for the writer, which looks at sweep_asked_ when it is done.
void TokenCell::sweep_when_free() noexcept {
    sweep_asked_.store(true);
    while (sweep_asked_.load() && writer_.try_lock()) {
        sweep_asked_.store(false);
        sweep_locked();
        writer_.unlock();
    }
}

}  // namespace credit

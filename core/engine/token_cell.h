// The token of right now, for readers on any thread: no lock, no allocation, no system call. One writer at a time.
//
// A reader enters by the place its stack leads it to, which it mostly has for itself: one compare-and-exchange puts down
// which rack it looks at, one store takes that back. Whoever replaces a rack lets go of it place by place, as soon as no
// reader stands there with it; a reader that was stopped in the middle does it itself when it leaves.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>

#include "core/base/time.h"
#include "core/engine/token_rack.h"

namespace credit {

class TokenCell {
  public:
    using Terms = TokenTerms;
    enum class Read { ok, none, too_short };

    TokenCell() = default;
    ~TokenCell();  // no reader is inside
    TokenCell(const TokenCell&) = delete;
    TokenCell& operator=(const TokenCell&) = delete;

    // `renew` is set when the token is near its end. visit(rack, place) is called only if the token is good; there it may
    // be copied, or held with rack.take(place).
    template <class Visit>
    Read read(Millis minimum, ElapsedTime now, bool& renew, Visit visit) noexcept {
        TokenRack* rack = head_.load(std::memory_order_acquire);
        renew = false;
        if (rack == nullptr) return Read::none;
        const std::size_t place = enter(rack);
        Read result = Read::none;
        if (rack != nullptr) [[likely]] {
            result = judge(rack->terms(), minimum, now, renew);
            if (result == Read::ok) visit(*rack, place);
        }
        leave(place, rack);
        return result;
    }

    // Throws std::bad_alloc; then the token before it stays.
    void publish(TokenRef token, const Terms& terms);
    void clear() noexcept { replace(nullptr); }
    // R29: the token of that generation is gone at once, and not published again.
    void reject(std::uint64_t generation) noexcept;
    // R35: cleared for good; later publications are ignored.
    void spend() noexcept;

  private:
    friend class TokenCellPeer;  // a test's, for two readers and a writer in one order

    // A reader's place, alone on its cache line.
    struct alignas(64) Place {
        std::atomic<TokenRack*> inside{nullptr};
    };
    static constexpr std::size_t kCrowd = TokenRack::kCrowd;
    static_assert(kCrowd == 16);  // what nearest_place() counts on

    // Threads' stacks lie apart, so an address on them tells threads from each other without asking for the thread.
    // Any place is right; a shared one is only slower.
    static std::size_t nearest_place() noexcept {
        const char here = 0;
        const auto where = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(&here));
        return static_cast<std::size_t>((where >> 17) * 0x9E3779B97F4A7C15U >> 60);
    }

    // `rack` becomes the one that is published once it is known to be kept. Null: none is any more, and the place has been
    // left; it may be another reader's already.
    std::size_t enter(TokenRack*& rack) noexcept {
        const std::size_t place = nearest_place();
        TokenRack* nobody = nullptr;
        // Sequentially consistent, like the loads of head_ after it and the exchange of the writer: either the writer sees
        // who is inside, or the reader sees what is new.
        if (places_[place].inside.compare_exchange_strong(nobody, rack)) [[likely]] {
            if (head_.load() == rack) [[likely]]
                return place;
            settle_on_newest(place, rack);
            return place;
        }
        return enter_elsewhere(place, rack);
    }
    // Null: the place was left on entering; it may be another reader's by now, who would lose what keeps its rack.
    void leave(std::size_t place, const TokenRack* rack) noexcept {
        if (rack == nullptr) [[unlikely]]
            return;
        if (place == kCrowd) [[unlikely]]
            return leave_crowd();
        places_[place].inside.store(nullptr, std::memory_order_release);
        // Replaced meanwhile: the writer may have found this reader inside, and left the rest to it.
        if (head_.load(std::memory_order_relaxed) != rack) [[unlikely]]
            sweep_when_free();
    }

    static Read judge(const Terms& terms, Millis minimum, ElapsedTime now, bool& renew) noexcept {
        renew = now >= terms.renew_from;
        if (now >= terms.ends) return Read::too_short;
        if (terms.life.count < 0) return Read::ok;  // unknown life: used until a 401 (R30)
        const Millis wanted =
            minimum.count > 0 ? min(minimum, terms.life / 2) : terms.default_minimum;
        return terms.ends - now >= wanted ? Read::ok : Read::too_short;
    }

    void settle_on_newest(std::size_t place, TokenRack*& rack) noexcept;
    std::size_t enter_elsewhere(std::size_t taken, TokenRack*& rack) noexcept;
    void leave_crowd() noexcept;
    void replace(TokenRack* fresh) noexcept;
    void replace_locked(TokenRack* fresh) noexcept;
    static void discard(TokenRack* never_published) noexcept;
    bool vacant(std::size_t place, const TokenRack* rack) const noexcept;
    void sweep_locked() noexcept;
    void sweep_when_free() noexcept;

    alignas(64) std::atomic<TokenRack*> head_{nullptr};
    std::array<Place, kCrowd> places_;
    alignas(64) std::atomic<std::uint32_t> crowd_{0};
    std::atomic<bool> sweep_asked_{false};
    std::mutex writer_;
    TokenRack* retired_ = nullptr;
    bool spent_ = false;
    std::uint64_t rejected_ = 0;  // generation
};

}  // namespace credit

// One published token with its terms, and a handle for each of the places readers enter by, so that two threads that take
// and release it do not meet. Belongs to a TokenCell until every place is settled, then to the handles still held.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/time.h"
#include "core/engine/token_handle.h"

namespace credit {

// What a reader needs besides the token; not changed once published.
struct TokenTerms {
    ElapsedTime ends{INT64_MIN};
    ElapsedTime renew_from{INT64_MAX};
    Millis default_minimum;
    Millis life{-1};
};

class TokenRack {
  public:
    // The last place is the crowd's: for readers that found all others taken.
    static constexpr std::size_t kPlaces = 17;
    static constexpr std::size_t kCrowd = kPlaces - 1;

    // Throws std::bad_alloc.
    TokenRack(TokenRef token, const TokenTerms& terms);
    TokenRack(const TokenRack&) = delete;
    TokenRack& operator=(const TokenRack&) = delete;

    const TokenTerms& terms() const noexcept { return terms_; }
    const char* bytes() const noexcept { return bytes_; }  // and a NUL behind the last one
    std::size_t size() const noexcept { return size_; }
    std::uint64_t generation() const noexcept { return generation_; }

    // By the reader inside that place, and by any number of them in the crowd.
    TokenHandle* take(std::size_t place) noexcept {
        TokenHandle& handle = handles_[place];
        if (place == kCrowd) {
            handle.taken_.fetch_add(1, std::memory_order_relaxed);
        } else {
            handle.taken_.store(handle.taken_.load(std::memory_order_relaxed) + 1,
                                std::memory_order_relaxed);
        }
        return &handle;
    }

    // Once for each place, when no reader is in it any more and none can come: what was taken becomes the handle's count.
    void settle(std::size_t place) noexcept;
    // After the last settle(); the rack may be gone when it returns.
    void let_go() noexcept { part_done(); }

    // Holds taken from any rack and not released.
    static std::uint64_t held() noexcept;

  private:
    friend class TokenHandle;
    friend class TokenCell;
    ~TokenRack();
    void part_done() noexcept;
    std::int64_t held_here() const noexcept;

    TokenTerms terms_;
    const char* bytes_;
    std::size_t size_;
    std::uint64_t generation_;
    std::array<TokenHandle, kPlaces> handles_;
    std::atomic<std::uint32_t> parts_{kPlaces + 1};  // the places, and the cell
    // The cell's: which places are settled, and the next of its retired racks.
    std::uint32_t settled_ = 0;
    TokenRack* next_ = nullptr;
    // All racks, for held().
    TokenRack* older_ = nullptr;
    TokenRack* newer_ = nullptr;
};

}  // namespace credit

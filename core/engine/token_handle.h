// A counted hold on a session token: what an app keeps as credit_token. Thread-safe; the token is wiped when the last
// hold on it is let go (R39).
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "core/engine/token.h"

namespace credit {

class TokenRack;

// Aligned so that threads counting different handles do not take a cache line from each other.
class alignas(64) TokenHandle {
  public:
    TokenHandle() noexcept = default;  // for make() and for racks
    ~TokenHandle() = default;
    TokenHandle(const TokenHandle&) = delete;
    TokenHandle& operator=(const TokenHandle&) = delete;

    // A handle of its own, with one hold. Throws std::bad_alloc.
    static TokenHandle* make();
    // Once, before anybody else sees the handle.
    void fill(TokenRef token, TokenSource source) noexcept;

    void retain() noexcept { holds_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;

    const TokenRef& token() const noexcept { return token_; }
    TokenSource source() const noexcept { return source_; }

    // Holds that somebody has to let go of, for leak tests; exact while nobody takes or releases any.
    static std::uint64_t alive() noexcept;

  private:
    friend class TokenRack;
    // As long as readers may take holds the count is this much too high, less what they took: they only note it.
    static constexpr std::int64_t kOpen = std::int64_t{1} << 62;

    void gone() noexcept;

    std::atomic<std::int64_t> holds_{1};
    // Written by one reader at a time without a read-modify-write, which is most of what taking a hold would cost.
    std::atomic<std::int64_t> taken_{0};
    TokenRef token_;
    TokenRack* rack_ = nullptr;  // whose part this is; null: a handle of its own
    TokenSource source_ = TokenSource::cache;
};

// Keeps one hold.
class HeldToken {
  public:
    HeldToken() noexcept = default;
    // Takes over a hold.
    explicit HeldToken(TokenHandle* handle) noexcept : handle_(handle) {}
    HeldToken(const HeldToken& other) noexcept : handle_(other.handle_) {
        if (handle_ != nullptr) handle_->retain();
    }
    HeldToken(HeldToken&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    HeldToken& operator=(HeldToken other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~HeldToken() {
        if (handle_ != nullptr) handle_->release();
    }

    TokenHandle* get() const noexcept { return handle_; }
    const Token* operator->() const noexcept { return handle_->token().get(); }
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    // Gives the hold to the caller.
    TokenHandle* detach() noexcept { return std::exchange(handle_, nullptr); }

  private:
    TokenHandle* handle_ = nullptr;
};

}  // namespace credit

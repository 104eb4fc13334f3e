#include "core/engine/token_rack.h"

#include <mutex>
#include <utility>

namespace credit {
namespace {

// Only for held(): taken once for each published token, never by a reader.
// Never destroyed, because apps may release at exit; and made without memory, because a release cannot fail.
union Kept {
    constexpr Kept() noexcept : mutex() {}
    ~Kept() {}
    std::mutex mutex;
};
std::mutex& racks_mutex() noexcept {
    static constinit Kept kept;
    return kept.mutex;
}
TokenRack* newest_rack = nullptr;

}  // namespace

TokenRack::TokenRack(TokenRef token, const TokenTerms& terms)
    : terms_(terms),
      bytes_(token->value->data()),
      size_(token->value->size()),
      generation_(token->generation) {
    for (TokenHandle& handle : handles_) {
        handle.holds_.store(TokenHandle::kOpen, std::memory_order_relaxed);
        handle.token_ = token;
        handle.rack_ = this;
    }
    const std::lock_guard<std::mutex> hold(racks_mutex());
    older_ = newest_rack;
    if (older_ != nullptr) older_->newer_ = this;
    newest_rack = this;
}

TokenRack::~TokenRack() {
    const std::lock_guard<std::mutex> hold(racks_mutex());
    if (older_ != nullptr) older_->newer_ = newer_;
    (newer_ != nullptr ? newer_->older_ : newest_rack) = older_;
}

void TokenRack::settle(std::size_t place) noexcept {
    TokenHandle& handle = handles_[place];
    const std::int64_t surplus = TokenHandle::kOpen - handle.taken_.load(std::memory_order_relaxed);
    settled_ |= std::uint32_t{1} << place;
    if (handle.holds_.fetch_sub(surplus, std::memory_order_acq_rel) == surplus) handle.gone();
}

void TokenRack::part_done() noexcept {
    if (parts_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

std::int64_t TokenRack::held_here() const noexcept {
    std::int64_t held = 0;
    for (const TokenHandle& handle : handles_) {
        std::int64_t holds = handle.holds_.load(std::memory_order_relaxed);
        // Open ones are told by their size: nobody holds 2^61 references.
        if (holds > TokenHandle::kOpen / 2)
            holds += handle.taken_.load(std::memory_order_relaxed) - TokenHandle::kOpen;
        held += holds;
    }
    return held;
}

std::uint64_t TokenRack::held() noexcept {
    const std::lock_guard<std::mutex> hold(racks_mutex());
    std::int64_t all = 0;
    for (const TokenRack* rack = newest_rack; rack != nullptr; rack = rack->older_)
        all += rack->held_here();
    return static_cast<std::uint64_t>(all);
}

}  // namespace credit

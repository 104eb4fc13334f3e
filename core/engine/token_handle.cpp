#include "core/engine/token_handle.h"

#include "core/engine/token_rack.h"

namespace credit {
namespace {

std::atomic<std::uint64_t> own_handles{0};

}  // namespace

TokenHandle* TokenHandle::make() {
    auto* const made = new TokenHandle;
    own_handles.fetch_add(1, std::memory_order_relaxed);
    return made;
}

void TokenHandle::fill(TokenRef token, TokenSource source) noexcept {
    token_ = std::move(token);
    source_ = source;
}

void TokenHandle::release() noexcept {
    if (holds_.fetch_sub(1, std::memory_order_acq_rel) == 1) gone();
}

// The last hold is gone, and no reader can take another one.
void TokenHandle::gone() noexcept {
    if (rack_ == nullptr) {
        own_handles.fetch_sub(1, std::memory_order_relaxed);
        delete this;
        return;
    }
    token_.reset();
    rack_->part_done();
}

std::uint64_t TokenHandle::alive() noexcept {
    return own_handles.load(std::memory_order_relaxed) + TokenRack::held();
}

}  // namespace credit

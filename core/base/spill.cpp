#include "core/base/spill.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace credit::arena {

void Spill::install(Pages pages) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (pages_.acquire == nullptr && pages.acquire != nullptr && pages.release != nullptr)
        pages_ = pages;
}

bool Spill::has_pages() noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    return pages_.acquire != nullptr;
}

std::size_t Spill::in_use() noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    return in_use_;
}

void* Spill::take(std::size_t size) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (pages_.acquire != nullptr && size <= kLargestInCells) {
        if (void* data = take_cells(size)) return counted(data, size);
    }
    return counted(take_own(size), size);
}

void* Spill::counted(void* data, std::size_t size) noexcept {
    if (data != nullptr) in_use_ += size;
    return data;
}

void Spill::give_back(void* data, std::size_t size) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (give_back_cells(data, size)) {
        in_use_ -= size;
        return;
    }
    auto* header = static_cast<Header*>(data) - 1;
    const Header found = *header;
    if (found.from_heap == 0 && found.from_pages == 0) return;
    in_use_ -= size;
    if (found.from_heap != 0) {
        std::free(header);
    } else {
        --own_pages_;
        pages_.release(header, size + sizeof(Header));
    }
}

void* Spill::take_cells(std::size_t size) noexcept {
    for (Cells& piece : pieces_) {
        if (void* data = piece.installed() ? piece.take(size) : nullptr) return data;
    }
    const auto vacant = std::find_if(pieces_.begin(), pieces_.end(),
                                     [](const Cells& piece) { return !piece.installed(); });
    if (vacant == pieces_.end()) return nullptr;
    void* memory = pages_.acquire(kPieceBytes);
    if (memory == nullptr) return nullptr;
    vacant->install(memory, kPieceBytes);
    return vacant->take(size);
}

bool Spill::give_back_cells(void* data, std::size_t size) noexcept {
    const auto piece = std::find_if(pieces_.begin(), pieces_.end(),
                                    [data](const Cells& one) { return one.holds(data); });
    if (piece == pieces_.end()) return false;
    piece->give_back(data, size);
    if (piece->in_use() == 0) drop_if_spare(*piece);
    return true;
}

// One empty piece is kept for the next block, so that a lone secret does not come and go with system calls.
void Spill::drop_if_spare(Cells& piece) noexcept {
    const bool another = std::any_of(pieces_.begin(), pieces_.end(), [&piece](const Cells& one) {
        return &one != &piece && one.installed() && one.in_use() == 0;
    });
    if (another) pages_.release(piece.remove(), kPieceBytes);
}

void* Spill::take_own(std::size_t size) noexcept {
    if (size > SIZE_MAX - sizeof(Header)) return nullptr;
    const bool paged = pages_.acquire != nullptr;
    if (paged && own_pages_ == kMaxOwnPages) return nullptr;
    void* block =
        paged ? pages_.acquire(size + sizeof(Header)) : std::calloc(1, size + sizeof(Header));
    if (block == nullptr) return nullptr;
    own_pages_ += paged ? 1 : 0;
    return new (block) Header{paged ? 0u : 1u, paged ? 1u : 0u} + 1;
}

}  // namespace credit::arena

// Canaries in every shape they might have slipped out in, and a search that finds pieces of them.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace credit::secrets {

enum class Spelling : std::uint8_t {
    raw,
    hex,
    upper_hex,
    percent,
    upper_percent,
    base64,
    base64url,
    utf16_le,
    utf16_be
};
const char* name_of(Spelling spelling);

// Lives in memory shared by two processes, so it points nowhere and allocates nothing. One process adds, the other searches
// meanwhile. Anything from a dozen bytes of a secret on is found: what was freed is often overwritten at its beginning.
class NeedleTable {
  public:
    static constexpr std::size_t kShortest = 8;  // of a secret

    struct Hit {
        const void* at = nullptr;
        std::size_t size = 0;
        std::uint32_t secret = 0;
        Spelling spelling = Spelling::raw;
    };

    // All spellings. `secret` is how it is called in hits. False: the table is full.
    bool add(std::uint32_t secret, std::string_view value);

    template <class OnHit>
    void search(const void* data, std::size_t size, OnHit&& on_hit) const {
        const char* at = static_cast<const char*>(data);
        const char* const end = at + size;
        while (static_cast<std::size_t>(end - at) >= kWindow) {
            std::uint64_t window = 0;
            std::memcpy(&window, at, kWindow);
            Hit hit;
            if (might_have(window)) hit = longest(window, at, end);
            if (hit.size != 0) on_hit(hit);
            at += hit.size != 0 ? hit.size : 1;
        }
    }

  private:
    static constexpr std::size_t kWindow = 8;
    static constexpr std::size_t kNeedles = 512;
    static constexpr std::size_t kText = 128 * 1024;
    static constexpr std::size_t kSlots = 128 * 1024;
    static constexpr std::size_t kBits = 1024 * 1024;

    struct Needle {
        std::uint32_t at = 0;
        std::uint32_t size = 0;
        std::uint32_t least = 0;  // what counts as found
        std::uint32_t secret = 0;
        Spelling spelling = Spelling::raw;
    };
    struct Slot {
        std::atomic<std::uint32_t> needle{0};  // from 1; 0: free
        std::uint32_t offset = 0;
        std::uint64_t window = 0;
    };

    static std::uint64_t mix(std::uint64_t window) {
        window *= 0x9E37'79B9'7F4A'7C15ULL;
        return window ^ (window >> 29);
    }
    bool might_have(std::uint64_t window) const {
        const std::uint64_t bit = mix(window) % kBits;
        return ((bits_[bit / 64].load(std::memory_order_relaxed) >> (bit % 64)) & 1U) != 0;
    }
    Hit longest(std::uint64_t window, const char* at, const char* end) const;
    bool add_needle(std::uint32_t secret, Spelling spelling, std::string_view text,
                    std::size_t least);
    bool add_window(std::uint32_t needle, std::uint32_t offset, std::uint64_t window);

    std::array<Needle, kNeedles> needles_{};
    std::array<char, kText> text_{};
    std::array<Slot, kSlots> slots_{};
    std::array<std::atomic<std::uint64_t>, kBits / 64> bits_{};
    std::uint32_t needle_count_ = 0;
    std::uint32_t text_size_ = 0;
};

}  // namespace credit::secrets

// Bytes that do not print, do not copy by accident, and are wiped when the last holder lets go (R39, R40).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace credit {

// Immutable secret bytes in the locked arena. Thread-safe to read. Always has a NUL after the last byte.
class Secret {
  public:
    // Copies `bytes`; the caller wipes its own copy. Throws std::bad_alloc.
    static std::shared_ptr<const Secret> copy_of(std::string_view bytes);
    static std::shared_ptr<const Secret> copy_of(std::span<const std::byte> bytes);

    enum class Where {
        arena,
        outside
    };  // outside: for a rare case, not from the locked region that everybody shares
    explicit Secret(std::size_t size);
    // Room for up to `capacity` bytes; empty until fill().
    Secret(std::size_t capacity, Where where);
    ~Secret();
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    std::string_view view() const noexcept { return {data_, size_}; }
    const char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    char* writable() noexcept { return data_; }  // only before it is shared
    std::size_t capacity() const noexcept { return capacity_; }
    void fill(std::string_view bytes);  // once, before it is shared; at most capacity()

    // Constant time in the bytes; differing lengths are unequal at once.
    bool equals(std::string_view other) const noexcept;

  private:
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

using SecretRef = std::shared_ptr<const Secret>;

bool same_secret(const SecretRef& a, const SecretRef& b) noexcept;  // two nulls are the same
std::string_view view_or_empty(const SecretRef& secret) noexcept;

// Overwrites memory in a way the optimiser may not remove.
void wipe(void* data, std::size_t size) noexcept;

// A growable byte buffer for secret material on its way (request bodies, replies, records); wiped on every release.
// Bytes behind the last one are zero, so that data() ends in NUL when it is not null.
class SecretBuffer {
  public:
    SecretBuffer() = default;
    ~SecretBuffer() { release(); }
    SecretBuffer(SecretBuffer&& other) noexcept;
    SecretBuffer& operator=(SecretBuffer&& other) noexcept;
    SecretBuffer(const SecretBuffer&) = delete;
    SecretBuffer& operator=(const SecretBuffer&) = delete;

    void reserve(std::size_t capacity);          // keeps the content; throws std::bad_alloc
    void reserve_outside(std::size_t capacity);  // the same for a rare case, see Secret::Where
    void append(std::string_view bytes);
    void append(char byte) { append(std::string_view(&byte, 1)); }
    void resize(std::size_t size);  // new bytes are zero
    void clear() noexcept;          // wipes, keeps the capacity
    // For a writer that goes by data() alone: from here on all of the capacity counts as written.
    void expose() noexcept { size_ = capacity_; }

    char* data() noexcept { return data_; }
    const char* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    bool empty() const noexcept { return size_ == 0; }
    std::string_view view() const noexcept { return {data_, size_}; }
    std::span<const std::byte> bytes() const noexcept {
        return {reinterpret_cast<const std::byte*>(data_), size_};
    }

  private:
    void move_to(char* grown, std::size_t capacity) noexcept;
    void release() noexcept;
    char* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace credit

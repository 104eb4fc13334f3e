#include "core/base/secret.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/arena.h"
#include "core/base/check.h"

namespace credit {

std::shared_ptr<const Secret> Secret::copy_of(std::string_view bytes) {
    auto secret = std::make_shared<Secret>(bytes.size());
    if (!bytes.empty()) std::memcpy(secret->data_, bytes.data(), bytes.size());
    return secret;
}

std::shared_ptr<const Secret> Secret::copy_of(std::span<const std::byte> bytes) {
    return copy_of(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Secret::Secret(std::size_t size)
    : data_(static_cast<char*>(arena::allocate(size + 1))), size_(size), capacity_(size) {}

Secret::Secret(std::size_t capacity, Where where)
    : data_(static_cast<char*>(where == Where::arena ? arena::allocate(capacity + 1)
                                                     : arena::allocate_outside(capacity + 1))),
      capacity_(capacity) {}

void Secret::fill(std::string_view bytes) {
    CREDIT_CHECK(bytes.size() <= capacity_ && size_ == 0);
    if (!bytes.empty()) std::memcpy(data_, bytes.data(), bytes.size());
    size_ = bytes.size();
}

Secret::~Secret() {
    arena::release(data_, capacity_ + 1);
}

bool Secret::equals(std::string_view other) const noexcept {
    return other.size() == size_ && sodium_memcmp(data_, other.data(), size_) == 0;
}

bool same_secret(const SecretRef& a, const SecretRef& b) noexcept {
    if (a == nullptr || b == nullptr) return a == b;
    return a->equals(b->view());
}

std::string_view view_or_empty(const SecretRef& secret) noexcept {
    return secret == nullptr ? std::string_view{} : secret->view();
}

void wipe(void* data, std::size_t size) noexcept {
    if (data != nullptr && size != 0) sodium_memzero(data, size);
}

SecretBuffer::SecretBuffer(SecretBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBuffer& SecretBuffer::operator=(SecretBuffer&& other) noexcept {
    if (this != &other) {
        release();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
        capacity_ = std::exchange(other.capacity_, 0);
    }
    return *this;
}

void SecretBuffer::reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    move_to(static_cast<char*>(arena::allocate(capacity + 1)), capacity);
}

void SecretBuffer::reserve_outside(std::size_t capacity) {
    if (capacity <= capacity_) return;
    move_to(static_cast<char*>(arena::allocate_outside(capacity + 1)), capacity);
}

// One zero byte stands behind the last, always.
void SecretBuffer::move_to(char* grown, std::size_t capacity) noexcept {
    if (size_ != 0) std::memcpy(grown, data_, size_);
    const std::size_t size = size_;
    release();
    data_ = grown;
    size_ = size;
    capacity_ = capacity;
}

void SecretBuffer::append(std::string_view bytes) {
    if (bytes.empty()) return;
    CREDIT_CHECK(size_ + bytes.size() >= size_);
    if (size_ + bytes.size() > capacity_) {
        reserve(std::max<std::size_t>({size_ + bytes.size(), capacity_ * 2, 256}));
    }
    std::memcpy(data_ + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
}

void SecretBuffer::resize(std::size_t size) {
    reserve(size);
    if (size > size_) std::memset(data_ + size_, 0, size - size_);
    if (size < size_) wipe(data_ + size, size_ - size);
    size_ = size;
}

void SecretBuffer::clear() noexcept {
    wipe(data_, size_);
    size_ = 0;
}

void SecretBuffer::release() noexcept {
    if (data_ != nullptr) arena::release(data_, capacity_ + 1, size_);  // behind size_ all is zero
    data_ = nullptr;
    size_ = 0;
    capacity_ = 0;
}

}  // namespace credit

// Reference counts for what the C API hands out.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "capi/src/live_objects.h"
#include "platform/posix/fork_guard.h"

namespace credit::capi {

class Counted : public LiveObject {
  public:
    void add_reference() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
    // True for the one who dropped the last reference and now has to destroy the object.
    bool drop_reference() noexcept {
        return references_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }
    // False once the last reference is gone: then somebody is destroying the object.
    bool try_add_reference() noexcept {
        std::uint64_t seen = references_.load(std::memory_order_relaxed);
        while (seen != 0) {
            if (references_.compare_exchange_weak(seen, seen + 1, std::memory_order_acq_rel))
                return true;
        }
        return false;
    }

  protected:
    ~Counted() = default;

  private:
    std::atomic<std::uint64_t> references_{1};
};

template <class T>
T* retain(T* object) noexcept {
    if (object != nullptr) object->add_reference();
    return object;
}

// A forked child leaks instead: destroying takes locks whose holders may not exist there.
template <class T>
void release(T* object) noexcept {
    if (object == nullptr || in_forked_child()) return;
    if (object->drop_reference()) delete object;
}

// Holds one reference.
template <class T>
class Ref {
  public:
    template <class... Args>
    static Ref make(Args&&... args) {
        return Ref(new T(std::forward<Args>(args)...));
    }
    Ref(const Ref& other) noexcept : object_(retain(other.object_)) {}
    Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(const Ref&) = delete;
    Ref& operator=(Ref&&) = delete;
    ~Ref() { release(object_); }

    T* get() const noexcept { return object_; }
    T* operator->() const noexcept { return object_; }
    T& operator*() const noexcept { return *object_; }
    // Gives the reference to the caller.
    T* detach() noexcept { return std::exchange(object_, nullptr); }

  private:
    explicit Ref(T* object) noexcept : object_(object) {}
    T* object_;
};

}  // namespace credit::capi

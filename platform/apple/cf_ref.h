// Owns one reference to a Core Foundation object.
#pragma once

#include <CoreFoundation/CoreFoundation.h>

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace credit {

template <typename Object>
class CFRef {
  public:
    CFRef() = default;
    // Takes over the reference that a Create or Copy function gave; null is allowed.
    explicit CFRef(Object object) noexcept : object_(object) {}
    ~CFRef() { reset(); }
    CFRef(CFRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    CFRef& operator=(CFRef&& other) noexcept {
        if (this != &other) {
            reset();
            object_ = std::exchange(other.object_, nullptr);
        }
        return *this;
    }
    CFRef(const CFRef&) = delete;
    CFRef& operator=(const CFRef&) = delete;

    Object get() const noexcept { return object_; }
    explicit operator bool() const noexcept { return object_ != nullptr; }
    void reset() noexcept {
        if (object_ != nullptr) CFRelease(object_);
        object_ = nullptr;
    }

  private:
    Object object_ = nullptr;
};

// Null when there is no memory.
inline CFRef<CFStringRef> cf_string(std::string_view text) {
    return CFRef<CFStringRef>(
        CFStringCreateWithBytes(kCFAllocatorDefault, reinterpret_cast<const UInt8*>(text.data()),
                                static_cast<CFIndex>(text.size()), kCFStringEncodingUTF8, false));
}

inline CFRef<CFDataRef> cf_data(std::span<const std::byte> bytes) {
    return CFRef<CFDataRef>(CFDataCreate(kCFAllocatorDefault,
                                         reinterpret_cast<const UInt8*>(bytes.data()),
                                         static_cast<CFIndex>(bytes.size())));
}

inline CFRef<CFMutableDictionaryRef> cf_dictionary() {
    return CFRef<CFMutableDictionaryRef>(CFDictionaryCreateMutable(
        kCFAllocatorDefault, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks));
}

}  // namespace credit

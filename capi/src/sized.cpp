#include "capi/src/sized.h"

namespace credit::capi::detail {

bool zero_between(const void* data, std::size_t from, std::size_t to) noexcept {
    const auto* bytes = static_cast<const unsigned char*>(data);
    for (std::size_t i = from; i < to; ++i) {
        if (bytes[i] != 0) return false;
    }
    return true;
}

}  // namespace credit::capi::detail

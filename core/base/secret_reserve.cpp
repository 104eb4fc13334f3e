#include "core/base/secret_reserve.h"

#include <utility>

#include "core/base/check.h"

namespace credit {

SecretReserve::SecretReserve(std::size_t secrets) {
    CREDIT_CHECK(secrets <= kMostSecrets);
    for (std::size_t i = 0; i < secrets; ++i) {
        usual_[i] = std::make_shared<Secret>(kUsualBytes, Secret::Where::arena);
        large_[i] = std::make_shared<Secret>(kLargestBytes, Secret::Where::outside);
    }
}

SecretRef SecretReserve::copy_of(std::string_view bytes) {
    for (Spare* spare : {&usual_, &large_}) {
        for (auto& secret : *spare) {
            if (secret == nullptr || secret->capacity() < bytes.size()) continue;
            secret->fill(bytes);
            return std::exchange(secret, nullptr);
        }
    }
    return Secret::copy_of(bytes);
}

}  // namespace credit

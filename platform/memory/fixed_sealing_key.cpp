#include "platform/memory/fixed_sealing_key.h"

#include <utility>

namespace credit {

FixedSealingKey::FixedSealingKey(SecretRef key) : key_(std::move(key)) {}

StoreResult FixedSealingKey::fetch(SecretRef& key) {
    if (key_ == nullptr || key_->size() != kBytes) {
        return {StoreAnswer::denied, "the sealing key does not have 32 bytes"};
    }
    key = key_;
    return {StoreAnswer::present, {}};
}

}  // namespace credit

#include "capi/src/store_answers.h"

namespace credit::capi {

std::optional<StoreAnswer> answer_of(credit_store_answer answer) noexcept {
    switch (answer) {
        case CREDIT_STORE_PRESENT:
            return StoreAnswer::present;
        case CREDIT_STORE_DONE:
            return StoreAnswer::done;
        case CREDIT_STORE_ABSENT:
            return StoreAnswer::absent;
        case CREDIT_STORE_LOCKED:
            return StoreAnswer::locked;
        case CREDIT_STORE_TRANSIENT:
            return StoreAnswer::transient;
        case CREDIT_STORE_DENIED:
            return StoreAnswer::denied;
        case CREDIT_STORE_CORRUPT:
            return StoreAnswer::corrupt;
        case CREDIT_STORE_WRONG_KEY:
            return StoreAnswer::wrong_key;
        case CREDIT_STORE_KEY_LOST:
            return StoreAnswer::key_lost;
        case CREDIT_STORE_NEWER_FORMAT:
            return StoreAnswer::newer_format;
        case CREDIT_STORE_FULL:
            return StoreAnswer::full;
        case CREDIT_STORE_UNSUPPORTED:
            return StoreAnswer::unsupported;
        default:
            return std::nullopt;
    }
}

StoreResult broken_contract(const char* what) {
    return {StoreAnswer::denied, what};
}

}  // namespace credit::capi

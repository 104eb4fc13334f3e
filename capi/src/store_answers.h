#pragma once

#include <optional>

#include "core/ports/secure_store.h"
#include "credit/credit.h"

namespace credit::capi {

// What an app's store said, as the core says it; nothing for a value that is no answer.
std::optional<StoreAnswer> answer_of(credit_store_answer answer) noexcept;

// An app's function that breaks its contract: `denied`, because the core must take it for no fact
// (R3), and because repeating will not help.
StoreResult broken_contract(const char* what);

}  // namespace credit::capi

// What went wrong with the keyring, as one of a store's answers. Each cause has an answer or at least a sentence of its
// own, and the sentence names what to do.
#pragma once

#include "core/base/store_answer.h"
#include "platform/secret_service/libsecret.h"

namespace credit::keyring {

StoreResult no_library();
StoreResult no_bus();
StoreResult no_service();
StoreResult keyring_locked();
StoreResult prompt_dismissed();
StoreResult prompt_unanswered();
StoreResult too_late();
StoreResult session_not_encrypted();
StoreResult item_not_a_key();
StoreResult broken_reply();

// A failed call. Never `present`, `done` or `absent`: an error establishes no fact (R3).
StoreResult answer_for(const GError& error);
// The same while the bus itself is being reached, where "not found" means that there is none.
StoreResult answer_for_bus(const GError& error);

}  // namespace credit::keyring

// What a store may answer (R3). Only `present`, `done` and `absent` are facts; nothing is deleted, recreated or healed on
// any other answer.
#pragma once

#include <string>

#include "core/base/code.h"

namespace credit {

enum class StoreAnswer {
    present,       // load: the record was handed out
    done,          // replace, erase, lock: it happened and is durable
    absent,        // there is no record, and that is certain
    locked,        // the device or keyring is locked; comes back when it is unlocked
    transient,     // try again later
    denied,        // the system refuses; configuration or permissions
    corrupt,       // damaged beyond reading; was quarantined, not deleted
    wrong_key,     // sealed with another key
    key_lost,      // the sealing key is gone for good
    newer_format,  // written by a newer SDK; must not be touched (R6)
    full,          // no space
    unsupported,   // this system has no such place; another key or store has to be configured
};

struct StoreResult {
    StoreAnswer answer = StoreAnswer::transient;
    std::string detail;  // for the journal and messages; no secret, no path
};

// The error an answer turns into; ok for the three facts.
constexpr Code code_of(StoreAnswer answer) noexcept {
    switch (answer) {
        case StoreAnswer::present:
        case StoreAnswer::done:
        case StoreAnswer::absent:
            return Code::ok;
        case StoreAnswer::locked:
            return Code::storage_locked;
        case StoreAnswer::transient:
            return Code::storage_transient;
        case StoreAnswer::denied:
            return Code::storage_denied;
        case StoreAnswer::corrupt:
            return Code::storage_corrupt;
        case StoreAnswer::wrong_key:
            return Code::storage_wrong_key;
        case StoreAnswer::key_lost:
            return Code::storage_key_lost;
        case StoreAnswer::newer_format:
            return Code::storage_newer_format;
        case StoreAnswer::full:
            return Code::storage_full;
        case StoreAnswer::unsupported:
            return Code::unsupported;
    }
    return Code::storage_transient;
}

}  // namespace credit

#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "sandbox/work.h"

namespace credit::sandbox {

struct KnownBorrower {
    std::string id;
    bool is_new = false;
};

// The borrower a partner's id stands for, known from now on: the same whether a session of an app or
// the hosted page names it first.
KnownBorrower known_borrower(Work& work, const std::string& application_id,
                             const std::string& external_id);

// What the partner knows of the borrower, laid over what it said before; new journeys start with it.
void keep_prefill(Work& work, const std::string& borrower_id, const nlohmann::json& sections);

}  // namespace credit::sandbox

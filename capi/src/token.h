// struct credit_token: a core token and how this caller got it.
#pragma once

#include "capi/src/counted.h"
#include "core/engine/token.h"
#include "credit/credit.h"

struct credit_token final : credit::capi::Counted {
    credit_token() = default;
    credit_token(credit::TokenRef given, credit::TokenSource from) noexcept
        : token(std::move(given)), source(from) {}

    credit::TokenRef token;  // set before the app sees the object
    credit::TokenSource source = credit::TokenSource::cache;
};

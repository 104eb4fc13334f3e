#pragma once

#include <memory>
#include <utility>

#include "capi/src/counted.h"
#include "core/checkout/checkout.h"
#include "credit/credit.h"

struct credit_checkout final : credit::capi::Counted {
    explicit credit_checkout(std::unique_ptr<credit::Checkout> received) noexcept
        : checkout(std::move(received)) {}

    const std::unique_ptr<credit::Checkout> checkout;
};

struct credit_checkout_event final : credit::capi::Counted {
    explicit credit_checkout_event(credit::HostedEvent read) noexcept : event(std::move(read)) {}

    const credit::HostedEvent event;
};

#include "core/checkout/checkout.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/checkout/embed_url.h"
#include "core/http/origin.h"

namespace credit {
namespace {

bool is_own_document(std::string_view url) noexcept {
    return url == "about:blank" || url == "about:srcdoc";
}

}  // namespace

Checkout::Checkout(SecretRef url, CheckoutTrust trust, std::shared_ptr<Clock> clock)
    : trust_(std::move(trust)),
      clock_(std::move(clock)),
      received_(clock_->now()),
      size_(url->size()),
      url_(std::move(url)) {}

Result<std::unique_ptr<Checkout>> Checkout::receive(std::string_view embed_url, CheckoutTrust trust,
                                                    std::shared_ptr<Clock> clock) {
    const Status fine = check_embed_url(embed_url, trust.hosted_origin, trust.environment);
    if (!fine.ok()) return fine.error();
    return std::unique_ptr<Checkout>(
        new Checkout(Secret::copy_of(embed_url), std::move(trust), std::move(clock)));
}

// The clock counts sleep (R31). One that went back, or another boot, tells nothing of how long ago
// it was: over.
bool Checkout::over() const noexcept {
    const Now now = clock_->now();
    const bool other_boot =
        now.boot.value != 0 && received_.boot.value != 0 && !now.boot.same_boot(received_.boot);
    if (other_boot || now.elapsed < received_.elapsed) return true;
    // Unsigned: an app's clock may say anything.
    const std::uint64_t passed = static_cast<std::uint64_t>(now.elapsed.ms) -
                                 static_cast<std::uint64_t>(received_.elapsed.ms);
    return passed >= static_cast<std::uint64_t>(kLife.count);
}

// True for the one caller who moves the state away from waiting: from then on url_ is its alone.
bool Checkout::claim(State next) noexcept {
    State waiting = State::waiting;
    return state_.compare_exchange_strong(waiting, next, std::memory_order_acq_rel);
}

void Checkout::look_at_clock() noexcept {
    if (state_.load(std::memory_order_acquire) == State::waiting && over() &&
        claim(State::expired)) {
        url_.reset();  // the last holder wipes
    }
}

Code Checkout::take(char* buffer, std::size_t capacity, std::size_t& size) noexcept {
    size = 0;
    look_at_clock();
    if (state_.load(std::memory_order_acquire) == State::waiting && capacity <= size_) {
        size = size_;
        return Code::buffer_too_small;
    }
    if (!claim(State::taken)) {
        return state_.load(std::memory_order_acquire) == State::expired ? Code::checkout_expired
                                                                        : Code::checkout_taken;
    }
    std::memcpy(buffer, url_->data(), size_);
    buffer[size_] = '\0';
    url_.reset();
    size = size_;
    return Code::ok;
}

bool Checkout::allows(std::string_view url, bool main_frame) {
    look_at_clock();
    // Frames begin as these and inherit the origin of the page that made them. As the whole view
    // they would be a page of nobody.
    if (is_own_document(url)) return !main_frame;
    const Result<std::string> origin = origin_of(url, "url");
    if (!origin.ok()) return false;
    if (origin.value() == trust_.hosted_origin) return true;
    return std::find(trust_.other_origins.begin(), trust_.other_origins.end(), origin.value()) !=
           trust_.other_origins.end();
}

Result<HostedEvent> Checkout::read_event(std::string_view origin, std::string_view message) {
    look_at_clock();
    const Result<std::string> from = origin_of(origin, "origin");
    // An origin and nothing but it; a lender's page in the same view is not the hosted page.
    const bool whole =
        from.ok() && (origin.find_first_of("/?#", origin.find("://") + 3) == origin.npos);
    if (!whole || from.value() != trust_.hosted_origin) {
        return Error(Code::origin_refused, "origin: is not the hosted page");
    }
    return parse_hosted_event(message, trust_.hosted_origin);
}

}  // namespace credit

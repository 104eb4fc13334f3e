// One opening of the hosted page: its one-time URL, where its view may go, what it may say (R42).
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/record_header.h"
#include "core/base/result.h"
#include "core/base/secret.h"
#include "core/base/time.h"
#include "core/platform_api/hosted_event.h"
#include "core/ports/clock.h"

namespace credit {

// Whom one checkout trusts. Origins in the spelling of check_origin().
struct CheckoutTrust {
    Environment environment = Environment::test;
    std::string hosted_origin;
    std::vector<std::string> other_origins;  // of lenders and KYC providers the page leads to
};

// Any thread may call anything.
class Checkout {
  public:
    // What the platform publishes as the life of a bootstrap token.
    static constexpr Millis kLife = seconds(120);

    // Takes over what the backend got; `embed_url` is copied, the caller wipes its own. Codes:
    // insecure_url, origin_refused, environment_mismatch, api_key_refused, config_invalid.
    static Result<std::unique_ptr<Checkout>> receive(std::string_view embed_url,
                                                     CheckoutTrust trust,
                                                     std::shared_ptr<Clock> clock);
    ~Checkout() = default;
    Checkout(const Checkout&) = delete;
    Checkout& operator=(const Checkout&) = delete;

    // Copies the URL and a NUL into `buffer` and wipes its own copy; of any number of calls one gets
    // ok. buffer_too_small costs nothing and puts the bytes needed, without NUL, into `size`.
    // checkout_taken, checkout_expired: `size` is 0.
    Code take(char* buffer, std::size_t capacity, std::size_t& size) noexcept;

    // Whether the view may load `url`. Holds for as long as the object lives, whatever became of the
    // URL.
    bool allows(std::string_view url, bool main_frame);

    // A message the view received from `origin`. origin_refused unless that is the hosted page.
    Result<HostedEvent> read_event(std::string_view origin, std::string_view message);

    // Wipes the URL if its time is over. Every call does so first.
    void look_at_clock() noexcept;

  private:
    enum class State { waiting, taken, expired };

    Checkout(SecretRef url, CheckoutTrust trust, std::shared_ptr<Clock> clock);
    bool claim(State next) noexcept;
    bool over() const noexcept;

    const CheckoutTrust trust_;
    const std::shared_ptr<Clock> clock_;
    const Now received_;
    const std::size_t size_;
    std::atomic<State> state_{State::waiting};
    SecretRef url_;  // touched by the one who moved state_ away from waiting
};

}  // namespace credit

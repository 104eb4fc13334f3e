#include "platform/curl/curl_engine.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string>
#include <utility>

#include "platform/curl/curl_handles.h"
#include "platform/curl/curl_library.h"
#include "platform/curl/curl_options.h"
#include "platform/curl/curl_request_check.h"
#include "platform/curl/curl_transfer.h"

namespace credit {
namespace {

// The longest single wait; the engine's own timers are far below.
constexpr Millis kMaxWait = hours(1);
// What a wait becomes when libcurl cannot wait, so that a sick system is not also a busy loop.
constexpr Millis kFaultPause{20};

}  // namespace

class CurlTransport::Impl {
  public:
    Impl(std::shared_ptr<Clock> clock, std::shared_ptr<Logger> logger)
        : clock_(std::move(clock)), logger_(std::move(logger)) {}

    ~Impl() {
        for (curl::Transfer& transfer : active_)
            detach(transfer);
        active_.clear();
        finished_.clear();
    }

    RequestID start(HttpRequest request, Completion done) {
        active_.emplace_back(next_id_, std::move(request), std::move(done), *clock_);
        curl::Transfer& transfer = active_.back();
        try {
            if (!launch(transfer)) finish_last();
        } catch (const std::bad_alloc&) {
            transfer.fail(HttpFailure::out_of_memory, "no memory for the request");
            finish_last();
        }
        return next_id_++;
    }

    void cancel(RequestID id) noexcept {
        const auto found =
            std::find_if(active_.begin(), active_.end(),
                         [id](const curl::Transfer& transfer) { return transfer.id() == id; });
        if (found == active_.end()) return;
        detach(*found);
        found->fail(HttpFailure::cancelled, "cancelled");
        finished_.splice(finished_.end(), active_, found);
    }

    void wait(Millis timeout) {
        timeout = finished_.empty() ? min(max(timeout, Millis{0}), kMaxWait) : Millis{0};
        if (multi_ == nullptr) {
            wait_without_curl(timeout);
        } else {
            wait_with_curl(timeout);
        }
        deliver();
    }

    void wake() noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        if (multi_ != nullptr && curl_multi_wakeup(multi_.get()) == CURLM_OK) return;
        woken_ = true;
        wake_.notify_one();
    }

  private:
    // False: the transfer failed at once and is settled.
    bool launch(curl::Transfer& transfer) {
        if (active_.size() > kMaxTransfers) {
            transfer.fail(HttpFailure::connect, "too many requests under way");
            return false;
        }
        if (const char* why = refusal_to_start(transfer.request())) {
            transfer.fail(HttpFailure::refused, why);
            return false;
        }
        if (!ensure_multi()) throw std::bad_alloc();
        const CURLcode prepared = transfer.prepare(share_.get());
        if (prepared != CURLE_OK) {
            transfer.finish(prepared);
            return false;
        }
        if (curl_multi_add_handle(multi_.get(), transfer.easy()) != CURLM_OK)
            throw std::bad_alloc();
        return true;
    }

    const char* refusal_to_start(const HttpRequest& request) {
        // Before the library: what it has initialised with the variable set cannot be undone.
        if (curl::key_log_requested()) {
            if (!key_log_reported_) {
                logger_->log(LogLevel::error,
                             "transport: SSLKEYLOGFILE is set, so nothing is sent");
            }
            key_log_reported_ = true;
            return "SSLKEYLOGFILE is set: TLS secrets would be written to a file";
        }
        if (const char* why = curl::library_fault()) return why;
        if (const char* why = curl::refusal(request)) return why;
        const bool own_trust = request.tls != nullptr && !request.tls->ca_bundle_pem.empty();
        if (!own_trust && !curl::has_default_trust()) return "no CA certificates configured";
        return nullptr;
    }

    bool ensure_multi() {
        if (multi_ != nullptr) return true;
        if (share_ == nullptr) share_.reset(curl::make_share());
        if (share_ == nullptr) return false;
        curl::Multi multi(curl::make_multi());
        if (multi == nullptr) return false;
        logger_->log(LogLevel::info, std::string("transport: ") + curl::library_name());
        // From here on wake() goes through libcurl; a wake that came before is kept in woken_.
        const std::lock_guard<std::mutex> hold(mutex_);
        multi_ = std::move(multi);
        return true;
    }

    void wait_without_curl(Millis timeout) {
        std::unique_lock<std::mutex> hold(mutex_);
        wake_.wait_for(hold, std::chrono::milliseconds(timeout.count), [this] { return woken_; });
        woken_ = false;
    }

    // A wake from before libcurl was there, or one libcurl could not take.
    bool take_wake() noexcept {
        const std::lock_guard<std::mutex> hold(mutex_);
        return std::exchange(woken_, false);
    }

    void wait_with_curl(Millis timeout) {
        if (take_wake()) timeout = Millis{0};
        if (curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(timeout.count), nullptr) !=
            CURLM_OK) {
            wait_without_curl(min(timeout, kFaultPause));
        }
        int running = 0;
        curl_multi_perform(multi_.get(), &running);
        collect();
    }

    void collect() noexcept {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const CURLcode code = message->data.result;
            CURL* easy = message->easy_handle;
            const auto found = std::find_if(
                active_.begin(), active_.end(),
                [easy](const curl::Transfer& transfer) { return transfer.easy() == easy; });
            if (found == active_.end()) continue;
            detach(*found);
            found->finish(code);
            finished_.splice(finished_.end(), active_, found);
        }
    }

    // Completions may start and cancel requests; those they finish wait for the next round.
    void deliver() {
        for (std::size_t left = finished_.size(); left > 0; --left) {
            curl::Transfer::Delivery delivery = finished_.front().take_delivery();
            finished_.pop_front();
            delivery.done(std::move(delivery.outcome));
        }
    }

    void detach(curl::Transfer& transfer) noexcept {
        if (transfer.easy() != nullptr) curl_multi_remove_handle(multi_.get(), transfer.easy());
    }

    void finish_last() noexcept {
        finished_.splice(finished_.end(), active_, std::prev(active_.end()));
    }

    const std::shared_ptr<Clock> clock_;
    const std::shared_ptr<Logger> logger_;
    RequestID next_id_ = 1;
    bool key_log_reported_ = false;

    std::mutex mutex_;  // guards woken_ and the change of multi_ from null
    std::condition_variable wake_;
    bool woken_ = false;

    curl::Share share_;  // outlives the handles below
    curl::Multi multi_;
    std::list<curl::Transfer> active_;
    std::list<curl::Transfer> finished_;  // settled, not yet told
};

CurlTransport::CurlTransport(std::shared_ptr<Clock> clock, std::shared_ptr<Logger> logger)
    : impl_(std::make_unique<Impl>(std::move(clock), std::move(logger))) {}

CurlTransport::~CurlTransport() = default;

Transport::RequestID CurlTransport::start(HttpRequest request, Completion done) {
    return impl_->start(std::move(request), std::move(done));
}

void CurlTransport::cancel(RequestID id) {
    impl_->cancel(id);
}

void CurlTransport::wait(Millis timeout) {
    impl_->wait(timeout);
}

void CurlTransport::wake() {
    impl_->wake();
}

}  // namespace credit

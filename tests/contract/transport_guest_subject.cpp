#include "tests/contract/transport_guest_subject.h"

#include <chrono>
#include <utility>

#include "capi/src/port_adapters.h"
#include "platform/curl/curl_engine.h"

namespace credit::test {
namespace {

// What came from threads of the guest and waits for the thread of the test, as completions wait in the engine's mailbox.
class Mailbox {
  public:
    explicit Mailbox(std::shared_ptr<Poller> poller) : poller_(std::move(poller)) {}

    void post(std::function<void()> task) {
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            tasks_.push_back(std::move(task));
        }
        poller_->wake();
    }

    bool run() {
        std::vector<std::function<void()>> tasks;
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            tasks.swap(tasks_);
        }
        for (const auto& task : tasks)
            task();
        return !tasks.empty();
    }

  private:
    const std::shared_ptr<Poller> poller_;
    std::mutex mutex_;
    std::vector<std::function<void()>> tasks_;
};

// With an app's own transport the engine still waits on libcurl's poller (capi/src/composition.cpp), and so does this.
class GuestTransport final : public Transport, public Poller {
  public:
    GuestTransport(const credit_transport_guest& guest, std::shared_ptr<Clock> clock,
                   std::shared_ptr<Logger> logger)
        : guest_(guest),
          poller_(std::make_shared<CurlTransport>(clock, std::move(logger))),
          mailbox_(std::make_shared<Mailbox>(poller_)),
          ignored_before_(capi::ignored_completions()),
          table_(make_table(guest), std::move(clock)) {}

    ~GuestTransport() override {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (credit_debug_live_objects() != 0 && std::chrono::steady_clock::now() < end)
            poller_->wait(Millis{20});
        EXPECT_EQ(credit_debug_live_objects(), 0U) << "the guest never ended an exchange";
        EXPECT_EQ(capi::ignored_completions(), ignored_before_)
            << "the guest ended an exchange twice";
    }
    GuestTransport(const GuestTransport&) = delete;
    GuestTransport& operator=(const GuestTransport&) = delete;

    RequestID start(HttpRequest request, Completion done) override {
        const std::string pem = request.tls != nullptr ? request.tls->ca_bundle_pem : std::string();
        guest_.trust(guest_.context, pem.data(), pem.size());
        return table_.start(std::move(request),
                            [mailbox = mailbox_, done = std::move(done)](HttpOutcome outcome) {
                                auto kept = std::make_shared<HttpOutcome>(std::move(outcome));
                                mailbox->post([done, kept] { done(std::move(*kept)); });
                            });
    }

    void cancel(RequestID id) override { table_.cancel(id); }

    void wait(Millis timeout) override {
        if (!mailbox_->run()) poller_->wait(timeout);
        mailbox_->run();
    }

    void wake() override { poller_->wake(); }

  private:
    static capi::TableRef<credit_transport> make_table(const credit_transport_guest& guest) {
        credit_transport table{};
        guest.make(guest.context, &table);
        return std::make_shared<const capi::OwnedTable<credit_transport>>(table);
    }

    const credit_transport_guest& guest_;
    const std::shared_ptr<CurlTransport> poller_;
    const std::shared_ptr<Mailbox> mailbox_;
    const std::uint64_t ignored_before_;
    capi::TableTransport table_;
};

}  // namespace

TransportSubject guest_subject(const credit_transport_guest& guest) {
    TransportSubject subject;
    subject.name = guest.name;
    subject.make = [&guest](std::shared_ptr<Clock> clock, std::shared_ptr<Logger> logger) {
        auto made = std::make_shared<GuestTransport>(guest, std::move(clock), std::move(logger));
        return TransportKit{made, made.get(), made.get()};
    };
    subject.carries_pins = false;
    subject.carries_connect_timeout = false;
    subject.works_by_itself = true;
    return subject;
}

}  // namespace credit::test

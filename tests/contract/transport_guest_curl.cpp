// The suite for guests, tried with a transport that is known to keep it: libcurl's, in the place of an app's own. With the
// argument "wrong" it claims an exception that is none, and has to be found out.
#include <credit/credit.h>

#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/curl/curl_engine.h"
#include "platform/memory/null_logger.h"
#include "platform/posix/posix_clock.h"
#include "platform/posix/thread_setup.h"
#include "tests/contract/transport_guest.h"

namespace credit::test {
namespace {

std::string_view view(const credit_str& text) {
    return {text.data, text.size};
}

credit_str to_c(std::string_view text) {
    return {text.data(), text.size()};
}

HttpRequest to_request(const credit_http_request& from, std::shared_ptr<const TlsSettings> tls) {
    HttpRequest request;
    request.method = view(from.method);
    request.url = view(from.url);
    for (std::uint32_t i = 0; i < from.header_count; ++i) {
        request.headers.push_back(
            {std::string(view(from.headers[i].name)), std::string(view(from.headers[i].value))});
    }
    request.body.append(view(from.body));
    request.timeout = Millis{from.timeout_ms};
    request.connect_timeout = request.timeout;
    request.max_reply_bytes = from.max_reply_bytes;
    request.fresh_connection = from.fresh_connection != 0;
    request.allow_http = true;  // the library has judged the URL
    request.tls = std::move(tls);
    return request;
}

void tell(credit_http_exchange* exchange, const HttpOutcome& outcome) {
    if (!outcome.ok) {
        const auto failure =
            static_cast<credit_http_failure>(static_cast<int>(outcome.failure) + 1);
        credit_http_fail(exchange, failure, outcome.maybe_sent ? 1 : 0, to_c(outcome.detail));
        return;
    }
    std::vector<credit_header> headers;
    for (const HttpHeader& header : outcome.response.headers)
        headers.push_back({to_c(header.name), to_c(header.value)});
    const std::string_view body = outcome.response.body.view();
    credit_http_complete(exchange, outcome.response.status, headers.data(), headers.size(),
                         reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
}

// libcurl on a thread of its own, as an app's client has one. It ends by itself: the library lets go of a table on whatever
// thread has given the last answer, and that may be this one.
class Client {
  public:
    static Client* make() {
        auto* const client = new Client;
        std::thread([client] {
            set_up_thread();
            client->work();
            delete client;
        }).detach();
        return client;
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void end() {
        post([this] { ended_ = true; });
    }

    void trust(std::shared_ptr<const TlsSettings> tls) {
        const std::lock_guard<std::mutex> hold(mutex_);
        tls_ = std::move(tls);
    }

    void start(const credit_http_request& from, credit_http_exchange* exchange) {
        auto request = std::make_shared<HttpRequest>();
        {
            const std::lock_guard<std::mutex> hold(mutex_);
            *request = to_request(from, tls_);
        }
        post([this, request, exchange] { begin(std::move(*request), exchange); });
    }

    void cancel(credit_http_exchange* exchange) {
        post([this, exchange] {
            const auto found = ids_.find(exchange);
            if (found != ids_.end()) curl_.cancel(found->second);
        });
    }

  private:
    Client() = default;
    ~Client() = default;

    // Wakes with the lock held: a task may be the one that ends all this.
    void post(std::function<void()> task) {
        const std::lock_guard<std::mutex> hold(mutex_);
        tasks_.push_back(std::move(task));
        curl_.wake();
    }

    void begin(HttpRequest request, credit_http_exchange* exchange) {
        if (credit_http_may_send(exchange) == 0) {
            credit_http_fail(exchange, CREDIT_HTTP_LEASE_LAPSED, 0, to_c("the lease has lapsed"));
            return;
        }
        ids_[exchange] = curl_.start(std::move(request), [this, exchange](HttpOutcome outcome) {
            ids_.erase(exchange);
            tell(exchange, outcome);
        });
    }

    void work() {
        while (!ended_) {
            std::vector<std::function<void()>> tasks;
            {
                const std::lock_guard<std::mutex> hold(mutex_);
                tasks.swap(tasks_);
            }
            for (const auto& task : tasks)
                task();
            if (tasks.empty()) curl_.wait(seconds(10));
        }
    }

    CurlTransport curl_{std::make_shared<PosixClock>(), std::make_shared<NullLogger>()};
    std::map<credit_http_exchange*, Transport::RequestID> ids_;  // on the thread only
    std::mutex mutex_;
    std::shared_ptr<const TlsSettings> tls_;
    std::vector<std::function<void()>> tasks_;
    bool ended_ = false;  // on the thread only
};

Client* current = nullptr;

void make(void*, credit_transport* table) {
    current = Client::make();
    table->struct_size = sizeof *table;
    table->context = current;
    table->start = [](void* context, const credit_http_request* request,
                      credit_http_exchange* exchange) {
        static_cast<Client*>(context)->start(*request, exchange);
    };
    table->cancel = [](void* context, credit_http_exchange* exchange) {
        static_cast<Client*>(context)->cancel(exchange);
    };
    table->release = [](void* context) { static_cast<Client*>(context)->end(); };
}

void trust(void*, const char* pem, std::size_t size) {
    auto settings = std::make_shared<TlsSettings>();
    settings->ca_bundle_pem.assign(pem, size);
    current->trust(std::move(settings));
}

int run(bool wrong) {
    std::vector<credit_transport_exception> exceptions = {
        {"R9_lease_that_lapses_while_connecting_sends_nothing",
         "this client asks for the lease before it connects"}};
    if (wrong) exceptions.push_back({"path_is_sent_as_given", "a claim that is not true at all"});
    credit_transport_guest guest{};
    guest.name = "curl";
    guest.make = make;
    guest.trust = trust;
    guest.exceptions = exceptions.data();
    guest.exception_count = exceptions.size();
    return credit_transport_contract_run(&guest);
}

}  // namespace
}  // namespace credit::test

int main(int argc, char** argv) {
    return credit::test::run(argc > 1 && std::strcmp(argv[1], "wrong") == 0);
}

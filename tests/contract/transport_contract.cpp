#include "tests/contract/transport_contract.h"

#include <pthread.h>
#include <strings.h>

#include <chrono>
#include <csignal>
#include <ostream>

namespace credit::test {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(TransportContract);

void PrintTo(const TransportSubject& subject, std::ostream* out) {
    *out << subject.name;
}

void KeptLog::log(LogLevel, std::string_view line) noexcept {
    const std::lock_guard<std::mutex> hold(mutex_);
    text_.append(line).append("\n");
}

std::string KeptLog::text() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return text_;
}

EnvironmentVariable::EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    ::setenv(name, value.c_str(), 1);
}

EnvironmentVariable::~EnvironmentVariable() {
    if (before_) {
        ::setenv(name_, before_->c_str(), 1);
    } else {
        ::unsetenv(name_);
    }
}

TransportContract::TransportContract() {
    // As the engine thread does; the server's threads inherit it.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    kit_ = GetParam().make(clock_, log_);
}

TransportContract::~TransportContract() {
    kit_ = {};
    for (const auto& call : calls_)
        EXPECT_LE(call->completions.load(), 1);
    const std::string text = log_->text();
    EXPECT_EQ(text.find("canary"), std::string::npos) << text;
    EXPECT_EQ(text.find("://"), std::string::npos) << text;
}

std::shared_ptr<const TlsSettings> TransportContract::trust(const CertificateAuthority& authority,
                                                            std::vector<std::string> pins) const {
    auto settings = std::make_shared<TlsSettings>();
    settings->ca_bundle_pem = authority.pem();
    settings->pinned_keys = std::move(pins);
    return settings;
}

TransportServer::Script TransportContract::tls_script(TransportServer::Answer answer) const {
    TransportServer::Script script;
    script.identity = identity_;
    script.answer = std::move(answer);
    return script;
}

HttpRequest TransportContract::request(const std::string& method, const std::string& url,
                                       std::string_view body) const {
    HttpRequest request;
    request.method = method;
    request.url = url;
    request.bearer = Secret::copy_of(std::string_view(kBearer));
    request.body.append(body);
    request.tls = trust(authority_);
    request.connect_timeout = kDeadline;
    request.timeout = kDeadline;
    return request;
}

HttpRequest TransportContract::fresh_post(const std::string& url, std::string_view body) const {
    HttpRequest made = request("POST", url, body);
    made.fresh_connection = true;
    return made;
}

std::shared_ptr<Call> TransportContract::send(HttpRequest request) {
    auto call = std::make_shared<Call>();
    calls_.push_back(call);
    inside_call_ = true;
    call->id = transport().start(std::move(request), [this, call](HttpOutcome outcome) {
        EXPECT_FALSE(inside_call_.load()) << "completed inside start() or cancel()";
        call->outcome = std::move(outcome);
        ++call->completions;
        poller().wake();
    });
    inside_call_ = false;
    return call;
}

void TransportContract::cancel(const Call& call) {
    inside_call_ = true;
    transport().cancel(call.id);
    inside_call_ = false;
}

bool TransportContract::drive(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadline.count);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) {
            ADD_FAILURE() << "it did not happen in time";
            return false;
        }
        // Short, because not everything a test waits for wakes the poller (the server's counters).
        poller().wait(Millis{20});
    }
    return true;
}

HttpOutcome& TransportContract::finish(const std::shared_ptr<Call>& call) {
    drive([&] { return call->done(); });
    EXPECT_EQ(call->completions.load(), 1);
    return call->outcome;
}

HttpOutcome& TransportContract::exchange(HttpRequest request) {
    return finish(send(std::move(request)));
}

void TransportContract::expect_failure(const HttpOutcome& outcome, HttpFailure failure,
                                       bool maybe_sent) const {
    EXPECT_FALSE(outcome.ok);
    EXPECT_EQ(static_cast<int>(outcome.failure), static_cast<int>(failure)) << outcome.detail;
    EXPECT_EQ(outcome.maybe_sent, maybe_sent) << outcome.detail;
    EXPECT_TRUE(outcome.response.body.empty()) << "a prefix of a reply was handed out";
    EXPECT_TRUE(outcome.response.headers.empty());
    EXPECT_FALSE(outcome.detail.empty());
    for (const char* word : {"canary", "://", "127.0.0.1", "localhost", "/path"}) {
        EXPECT_EQ(outcome.detail.find(word), std::string::npos) << outcome.detail;
    }
}

bool TransportContract::may_say_sent(const Call& call) {
    return GetParam().works_by_itself && call.outcome.maybe_sent;
}

std::optional<std::string> TransportContract::header(const HttpOutcome& outcome,
                                                     std::string_view name) {
    for (const HttpHeader& h : outcome.response.headers) {
        if (h.name.size() == name.size() &&
            strncasecmp(h.name.c_str(), name.data(), name.size()) == 0) {
            return h.value;
        }
    }
    return std::nullopt;
}

}  // namespace credit::test

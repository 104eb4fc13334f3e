#include "stress_server.h"

#include <chrono>
#include <ctime>
#include <utility>

namespace credit::stress {
namespace {

constexpr std::int64_t kLifeMs = 400;
constexpr int kThreads = 2;

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string iso_time(std::int64_t ms) {
    const std::time_t whole = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::string tail = std::to_string(1000 + ms % 1000);
    tail[0] = '.';
    return std::string(text, size) + tail + "Z";
}

std::string member(const std::string& name, const std::string& value) {
    return '"' + name + R"(":")" + value + '"';
}

Server* server_of(void* context) {
    return static_cast<Server*>(context);
}

}  // namespace

std::string text_of(credit_str s) {
    return s.size == 0 ? std::string() : std::string(s.data, s.size);
}
credit_str str_of(const std::string& s) {
    return {s.data(), s.size()};
}

Server::Server() {
    for (int i = 0; i < kThreads; ++i)
        threads_.emplace_back([this] { work(); });
}

Server::~Server() {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

credit_transport Server::transport() {
    return {sizeof(credit_transport), this, start, cancel, release};
}
credit_session_provider Server::provider() {
    return {sizeof(credit_session_provider), this, provide, release};
}
credit_partner_auth Server::partner_auth() {
    return {sizeof(credit_partner_auth), this, headers, release};
}
void Server::release(void* context) {
    ++server_of(context)->released;
}

void Server::start(void* context, const credit_http_request* request,
                   credit_http_exchange* exchange) {
    Job job;
    job.exchange = exchange;
    job.url = text_of(request->url);
    job.body = text_of(request->body);
    for (std::uint32_t i = 0; i < request->header_count; ++i) {
        const std::string name = text_of(request->headers[i].name);
        if (name == "Authorization") job.authorization = text_of(request->headers[i].value);
        if (name == "Idempotency-Key") job.key = text_of(request->headers[i].value);
        if (name == "X-Correlation-ID") job.correlation = text_of(request->headers[i].value);
    }
    server_of(context)->take(std::move(job));
}

// The exchange ends by itself soon enough; the library copes with an answer to what it cancelled.
void Server::cancel(void*, credit_http_exchange*) {}

void Server::provide(void* context, const credit_provider_request* request,
                     credit_provider_call* call) {
    Job job;
    job.call = call;
    job.borrower = text_of(request->borrower_external_id);
    if (server_of(context)->calls % 2 == 0)
        return server_of(context)->serve(job);  // inside the call: allowed
    server_of(context)->take(std::move(job));
}

void Server::headers(void*, credit_partner_auth_call* call) {
    static const std::string name = "Authorization";
    static const std::string value = "Bearer app-login";
    const credit_header header = {str_of(name), str_of(value)};
    credit_partner_auth_complete(call, &header, 1);
}

void Server::take(Job job) {
    {
        const std::lock_guard<std::mutex> hold(mutex_);
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
}

void Server::work() {
    std::unique_lock<std::mutex> hold(mutex_);
    while (true) {
        changed_.wait(hold, [this] { return over_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        hold.unlock();
        serve(job);
        hold.lock();
    }
}

void Server::serve(const Job& job) {
    if (job.call != nullptr) {
        const std::string json = session_for(job.borrower);
        credit_provider_complete(job.call, str_of(json));
        credit_provider_complete(job.call, str_of(json));  // an app that answers twice
        return;
    }
    if (credit_http_may_send(job.exchange) == 0) {
        return credit_http_fail(job.exchange, CREDIT_HTTP_LEASE_LAPSED, 0, {nullptr, 0});
    }
    const Reply reply = answer(job);
    switch (reply.fate) {
        case Reply::Fate::lost:
            ++failures;
            return credit_http_fail(job.exchange, CREDIT_HTTP_INTERRUPTED, 1, {nullptr, 0});
        case Reply::Fate::unsent:
            ++failures;
            return credit_http_fail(job.exchange, CREDIT_HTTP_CONNECT, 0, {nullptr, 0});
        case Reply::Fate::answer:
            break;
    }
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(reply.body.data());
    credit_http_complete(job.exchange, reply.status, nullptr, 0, bytes, reply.body.size());
}

Server::Reply Server::answer(const Job& job) {
    const std::lock_guard<std::mutex> hold(state_);
    return job.url.ends_with("/refresh") ? refresh(job) : call(job);
}

std::string Server::mint(Family& family) {
    const std::string number = std::to_string(++serial_);
    const std::int64_t now = now_ms();
    family.session = "st_test_stress_aaaaaaaaaaaaaaaa" + number;
    family.refresh = "rt_test_stress_bbbbbbbbbbbbbbbb" + number;
    family.revoked = false;
    by_session_[family.session] = family.refresh;
    families_[family.refresh] = family;
    return member("sessionToken", family.session) + "," + member("refreshToken", family.refresh) +
           "," + member("sessionExpiresAt", iso_time(now + kLifeMs)) + "," +
           member("refreshExpiresAt", iso_time(now + 86'400'000));
}

std::string Server::envelope(const std::string& data, const std::string& correlation) {
    return "{" + member("requestID", "req_" + std::to_string(++serial_)) + "," +
           member("correlationID", correlation) + "," + member("timestamp", iso_time(now_ms())) +
           R"(,"data":)" + data + R"(,"error":null})";
}

std::string Server::session_for(const std::string& borrower) {
    const std::lock_guard<std::mutex> hold(state_);
    Family family;
    family.borrower = borrower;
    return "{" + mint(family) + "," + member("borrowerExternalID", borrower) + "," +
           member("borrowerID", "id") +
           R"(,"activeJourney":{"journeyID":"j-1","status":"OPEN","nextAction":null},)" +
           member("timestamp", iso_time(now_ms())) + "}";
}

namespace {

std::string refusal(const std::string& code) {
    return R"({"requestID":"req_e","correlationID":null,"timestamp":"2026-03-05T16:10:10.123Z","data":null,)"
           R"("error":{"code":")" +
           code + R"(","message":"refused","retryable":false,"details":{}}})";
}

}  // namespace

Server::Reply Server::refresh(const Job& job) {
    const int turn = ++refreshes;
    if (turn % 41 == 40) return {0, {}, Reply::Fate::unsent};
    if (turn % 47 == 46) return {503, refusal("UPSTREAM_TEMPORARY_FAILURE")};
    Reply reply{200, {}};
    if (turn % 43 == 42) reply.fate = Reply::Fate::lost;
    const auto kept = kept_.find(job.key);
    if (kept != kept_.end()) {
        reply.body = kept->second;
        return reply;
    }
    const auto found = families_.find(job.authorization.substr(std::string("Bearer ").size()));
    if (found == families_.end()) return {401, refusal("AUTH_INVALID_SESSION")};
    Family family = found->second;
    families_.erase(found);
    by_session_.erase(family.session);
    reply.body = envelope("{" + mint(family) + "}", job.correlation);
    kept_[job.key] = reply.body;
    return reply;
}

Server::Reply Server::call(const Job& job) {
    const int turn = ++calls;
    const std::string token = job.authorization.substr(std::string("Bearer ").size());
    const auto found = by_session_.find(token);
    if (turn % 31 == 30 && found != by_session_.end())
        by_session_.erase(found);  // revoked: a 401 out of the blue
    if (by_session_.find(token) == by_session_.end()) {
        ++refused;
        return {401, refusal("AUTH_INVALID_SESSION")};
    }
    if (turn % 29 == 28) return {0, {}, Reply::Fate::lost};
    return {200,
            envelope(R"({"journeyID":"j-1","status":"OPEN","nextAction":null})", job.correlation)};
}

namespace {

Disk* disk_of(void* context) {
    return static_cast<Disk*>(context);
}

}  // namespace

credit_secure_store Disk::store() {
    return {sizeof(credit_secure_store), this, load, replace, erase, lock, unlock, release};
}

void Disk::release(void* context) {
    ++disk_of(context)->released;
}

credit_store_answer Disk::load(void* context, credit_str name, credit_sink* sink) {
    Disk& disk = *disk_of(context);
    if (disk.bad_moment()) return CREDIT_STORE_TRANSIENT;
    const std::lock_guard<std::mutex> hold(disk.mutex_);
    const auto found = disk.records_.find(text_of(name));
    if (found == disk.records_.end()) return CREDIT_STORE_ABSENT;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(found->second.data());
    return credit_sink_write(sink, bytes, found->second.size()) == CREDIT_OK
               ? CREDIT_STORE_PRESENT
               : CREDIT_STORE_TRANSIENT;
}

credit_store_answer Disk::replace(void* context, credit_str name, const uint8_t* bytes, size_t size,
                                  uint64_t) {
    Disk& disk = *disk_of(context);
    if (disk.bad_moment()) return CREDIT_STORE_TRANSIENT;
    const std::lock_guard<std::mutex> hold(disk.mutex_);
    if (!disk.locked_[text_of(name)]) ++disk.wrong;
    disk.records_[text_of(name)].assign(reinterpret_cast<const char*>(bytes), size);
    return CREDIT_STORE_DONE;
}

credit_store_answer Disk::erase(void* context, credit_str name) {
    Disk& disk = *disk_of(context);
    const std::lock_guard<std::mutex> hold(disk.mutex_);
    disk.records_.erase(text_of(name));
    return CREDIT_STORE_DONE;
}

credit_store_answer Disk::lock(void* context, credit_str name) {
    Disk& disk = *disk_of(context);
    const std::lock_guard<std::mutex> hold(disk.mutex_);
    bool& locked = disk.locked_[text_of(name)];
    if (locked) ++disk.wrong;
    locked = true;
    return CREDIT_STORE_DONE;
}

void Disk::unlock(void* context, credit_str name) {
    Disk& disk = *disk_of(context);
    const std::lock_guard<std::mutex> hold(disk.mutex_);
    bool& locked = disk.locked_[text_of(name)];
    if (!locked) ++disk.wrong;
    locked = false;
}

}  // namespace credit::stress

#include "tests/oom/platform.h"

#include <ctime>
#include <utility>

#include "tests/oom/memory_gate.h"

namespace credit::oom {
namespace {

using test::MemoryGate;

constexpr std::int64_t kBootedAt = 1'790'000'000'000;
constexpr std::int64_t kLifeMs = 1'800'000;

std::string iso_time(std::int64_t ms) {
    const std::time_t whole = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

std::string member(const std::string& name, const std::string& value) {
    return '"' + name + R"(":")" + value + '"';
}

std::string refusal(const std::string& code) {
    return R"({"requestID":"req_e","correlationID":null,"timestamp":"2026-03-05T16:10:10.123Z","data":null,)"
           R"("error":{"code":")" +
           code + R"(","message":"refused","retryable":false,"details":{}}})";
}

// The value of `"name":"..."` in a body this test's own library wrote.
std::string field_of(const std::string& json, const std::string& name) {
    const std::string mark = '"' + name + R"(":")";
    const std::size_t at = json.find(mark);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + mark.size();
    return json.substr(begin, json.find('"', begin) - begin);
}

std::string without_scheme(const std::string& authorization) {
    return authorization.substr(authorization.find(' ') + 1);
}

Platform& platform_of(void* context) {
    return *static_cast<Platform*>(context);
}

}  // namespace

std::string text_of(credit_str s) {
    return s.size == 0 ? std::string() : std::string(s.data, s.size);
}
credit_str str_of(const std::string& s) {
    return {s.data(), s.size()};
}

credit_transport Platform::transport() {
    return {sizeof(credit_transport), this, start, cancel, release};
}
credit_session_provider Platform::provider() {
    return {sizeof(credit_session_provider), this, provide, release};
}
credit_partner_auth Platform::partner_auth() {
    return {sizeof(credit_partner_auth), this, headers, release};
}
credit_clock Platform::clock() {
    return {sizeof(credit_clock), this, now, release};
}
credit_logger Platform::logger() {
    return {sizeof(credit_logger), this, log, release};
}
credit_background Platform::background() {
    return {sizeof(credit_background), this, begin, end, release};
}
credit_secure_store Platform::store() {
    return store_at(&first_process_);
}
credit_secure_store Platform::other_store() {
    return store_at(&second_process_);
}
credit_secure_store Platform::store_at(Platform** process) {
    const auto let_go = [](void* context) { ++disk_of(context).released; };
    return {sizeof(credit_secure_store), process, load, replace, erase, lock, unlock, let_go};
}
void Platform::release(void* context) {
    ++platform_of(context).released;
}

std::atomic<std::int64_t>& Platform::elapsed() {
    static constinit std::atomic<std::int64_t> ms{10'000'000};
    return ms;
}

std::int64_t Platform::wall_ms() {
    return kBootedAt + elapsed().load();
}

void Platform::now(void*, credit_now* out) {
    const std::int64_t ms = elapsed().load();
    out->wall_ms = kBootedAt + ms;
    out->elapsed_ms = ms;
    out->boot_id = 7;
}
void Platform::log(void*, credit_log_level, credit_str) {}
std::uint64_t Platform::begin(void*) {
    return 1;
}
void Platform::end(void*, std::uint64_t) {}

void Platform::start(void* context, const credit_http_request* request,
                     credit_http_exchange* exchange) {
    const MemoryGate::Own own;
    Platform& self = platform_of(context);
    Job job;
    job.exchange = exchange;
    job.method = text_of(request->method);
    job.url = text_of(request->url);
    job.body = text_of(request->body);
    for (std::uint32_t i = 0; i < request->header_count; ++i) {
        const std::string name = text_of(request->headers[i].name);
        const std::string value = text_of(request->headers[i].value);
        if (name == "Authorization") job.bearer = without_scheme(value);
        if (name == "Idempotency-Key") job.key = value;
        if (name == "X-Correlation-ID") job.correlation = value;
    }
    if (self.hold_) {
        const std::lock_guard<std::mutex> guard(self.mutex_);
        self.held_.push_back(std::move(job));
        return;
    }
    deliver(exchange, self.answer(job));
}

// A held one ends when it is let go; the library copes with an answer to what it cancelled.
void Platform::cancel(void*, credit_http_exchange*) {}

void Platform::release_held() {
    const MemoryGate::Own own;
    std::deque<Job> jobs;
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        jobs.swap(held_);
    }
    for (const Job& job : jobs)
        deliver(job.exchange, answer(job));
}

void Platform::deliver(credit_http_exchange* exchange, const Reply& reply) {
    static const std::string name = "Content-Type";
    static const std::string value = "application/json";
    const credit_header header = {str_of(name), str_of(value)};
    const MemoryGate::Counted counted;
    if (credit_http_may_send(exchange) == 0)
        return credit_http_fail(exchange, CREDIT_HTTP_LEASE_LAPSED, 0, {nullptr, 0});
    if (reply.status == 0) {
        const credit_http_failure how =
            reply.maybe_sent ? CREDIT_HTTP_INTERRUPTED : CREDIT_HTTP_CONNECT;
        return credit_http_fail(exchange, how, reply.maybe_sent ? 1 : 0, credit_string("no route"));
    }
    credit_http_complete(exchange, reply.status, &header, 1,
                         reinterpret_cast<const std::uint8_t*>(reply.body.data()),
                         reply.body.size());
}

void Platform::provide(void* context, const credit_provider_request* request,
                       credit_provider_call* call) {
    const MemoryGate::Own own;
    Platform& self = platform_of(context);
    if (self.provider_fails) {
        const MemoryGate::Counted counted;
        return credit_provider_fail(call, CREDIT_PARTNER_UNAVAILABLE, credit_string("closed"));
    }
    const std::string json = self.session_for(text_of(request->borrower_external_id));
    const MemoryGate::Counted counted;
    credit_provider_complete(call, str_of(json));
}

void Platform::headers(void* context, credit_partner_auth_call* call) {
    const MemoryGate::Own own;
    static const std::string name = "Authorization";
    static const std::string value = "Bearer app-login";
    const credit_header header = {str_of(name), str_of(value)};
    const bool fails = platform_of(context).auth_fails;
    const MemoryGate::Counted counted;
    if (fails)
        return credit_partner_auth_fail(call, CREDIT_PARTNER_UNAUTHORIZED, credit_string("log in"));
    credit_partner_auth_complete(call, &header, 1);
}

void Platform::calm() {
    hold_ = false;
    next_refresh = Trouble::none;
    next_call = Trouble::none;
    provider_fails = false;
    auth_fails = false;
    store_locked = false;
    release_held();
}

std::string Platform::mint(Family& family) {
    const std::string number = std::to_string(++serial_);
    for (auto it = borrowers_.begin(); it != borrowers_.end();)
        it = it->first == family.session ? borrowers_.erase(it) : std::next(it);
    family.session = "st_test_oom_aaaaaaaaaaaaaaaaaaaa" + number;
    family.refresh = "rt_test_oom_bbbbbbbbbbbbbbbbbbbb" + number;
    borrowers_[family.session] = family.borrower;
    families_[family.refresh] = family;
    std::string out = member("sessionToken", family.session) + "," +
                      member("sessionExpiresAt", iso_time(wall_ms() + kLifeMs));
    if (backend_managed) return out;
    return out + "," + member("refreshToken", family.refresh) + "," +
           member("refreshExpiresAt", iso_time(wall_ms() + 30LL * 86'400'000));
}

std::string Platform::envelope(const std::string& data, const std::string& correlation) {
    return "{" + member("requestID", "req_" + std::to_string(++serial_)) + "," +
           member("correlationID", correlation) + "," + member("timestamp", iso_time(wall_ms())) +
           R"(,"data":)" + data + R"(,"error":null})";
}

std::string Platform::flat(const std::string& borrower) {
    Family family;
    family.borrower = borrower;
    return "{" + mint(family) + "," + member("borrowerExternalID", borrower) + "," +
           member("borrowerID", "id") +
           R"(,"activeJourney":{"journeyID":"j-1","status":"OPEN","nextAction":"KYC"},)" +
           member("timestamp", iso_time(wall_ms())) + "}";
}

std::string Platform::session_for(const std::string& borrower) {
    const std::lock_guard<std::mutex> guard(mutex_);
    return flat(borrower);
}

Platform::Reply Platform::answer(const Job& job) {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (job.url.ends_with("/credit/session")) return mint_reply(job);
    if (job.url.ends_with("/refresh")) return refresh(job);
    return call(job);
}

// The partner's session route.
Platform::Reply Platform::mint_reply(const Job& job) {
    return {200, true, flat(field_of(job.body, "borrowerExternalID"))};
}

Platform::Reply Platform::refresh(const Job& job) {
    const Trouble trouble = next_refresh.exchange(Trouble::none);
    if (trouble == Trouble::unsent) return {0, false, {}};
    if (trouble == Trouble::lost_request) return {0, true, {}};
    if (trouble == Trouble::busy) return {503, true, refusal("UPSTREAM_TEMPORARY_FAILURE")};
    if (trouble == Trouble::verdict) return {401, true, refusal("AUTH_INVALID_SESSION")};
    Reply reply{200, true, {}};
    if (trouble == Trouble::lost_reply) reply.status = 0;
    const auto kept = kept_.find(job.key);
    if (kept != kept_.end()) {  // the same request again: the same reply
        reply.body = kept->second;
        return reply;
    }
    if (backend_managed) {
        reply.body = flat("borrower-1");
        kept_[job.key] = reply.body;
        return reply;
    }
    std::string token = field_of(job.body, "refreshToken");
    if (token.empty()) token = job.bearer;
    const auto found = families_.find(token);
    if (used_.count(token) != 0) ++reuses;
    if (found == families_.end()) return {401, true, refusal("AUTH_INVALID_SESSION")};
    Family family = found->second;
    used_[token] = job.key;
    families_.erase(found);
    ++rotations;
    reply.body = envelope("{" + mint(family) + "}", job.correlation);
    kept_[job.key] = reply.body;
    return reply;
}

Platform::Reply Platform::call(const Job& job) {
    const Trouble trouble = next_call.exchange(Trouble::none);
    if (trouble == Trouble::unsent) return {0, false, {}};
    if (trouble == Trouble::lost_request || trouble == Trouble::lost_reply) return {0, true, {}};
    if (trouble == Trouble::busy) return {503, true, refusal("UPSTREAM_TEMPORARY_FAILURE")};
    if (trouble == Trouble::unauthorized || borrowers_.count(job.bearer) == 0)
        return {401, true, refusal("AUTH_INVALID_SESSION")};
    return {200, true,
            envelope(R"({"journeyID":"j-1","status":"OPEN","nextAction":"KYC"})", job.correlation)};
}

void Platform::corrupt_records() {
    const std::lock_guard<std::mutex> guard(mutex_);
    for (auto& [name, bytes] : records_)
        bytes.assign(bytes.size(), '?');
}

credit_store_answer Platform::load(void* context, credit_str name, credit_sink* sink) {
    const MemoryGate::Own own;
    Platform& self = disk_of(context);
    if (self.store_locked) return CREDIT_STORE_LOCKED;
    std::string bytes;
    {
        const std::lock_guard<std::mutex> guard(self.mutex_);
        const auto found = self.records_.find(text_of(name));
        if (found == self.records_.end()) return CREDIT_STORE_ABSENT;
        bytes = found->second;
    }
    const MemoryGate::Counted counted;
    const credit_code written =
        credit_sink_write(sink, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    return written == CREDIT_OK ? CREDIT_STORE_PRESENT : CREDIT_STORE_TRANSIENT;
}

credit_store_answer Platform::replace(void* context, credit_str name, const std::uint8_t* bytes,
                                      std::size_t size, std::uint64_t) {
    const MemoryGate::Own own;
    Platform& self = disk_of(context);
    if (self.store_locked) return CREDIT_STORE_LOCKED;
    const std::lock_guard<std::mutex> guard(self.mutex_);
    if (!self.locks_[text_of(name)]) ++self.unbalanced;
    self.records_[text_of(name)].assign(reinterpret_cast<const char*>(bytes), size);
    return CREDIT_STORE_DONE;
}

credit_store_answer Platform::erase(void* context, credit_str name) {
    const MemoryGate::Own own;
    Platform& self = disk_of(context);
    const std::lock_guard<std::mutex> guard(self.mutex_);
    self.records_.erase(text_of(name));
    return CREDIT_STORE_DONE;
}

credit_store_answer Platform::lock(void* context, credit_str name) {
    const MemoryGate::Own own;
    Platform& self = disk_of(context);
    const std::lock_guard<std::mutex> guard(self.mutex_);
    bool& locked = self.locks_[text_of(name)];
    if (locked) ++self.unbalanced;
    locked = true;
    return CREDIT_STORE_DONE;
}

void Platform::unlock(void* context, credit_str name) {
    const MemoryGate::Own own;
    Platform& self = disk_of(context);
    const std::lock_guard<std::mutex> guard(self.mutex_);
    bool& locked = self.locks_[text_of(name)];
    if (!locked) ++self.unbalanced;
    locked = false;
}

}  // namespace credit::oom

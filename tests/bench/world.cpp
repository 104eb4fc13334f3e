#include "tests/bench/world.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <thread>
#include <utility>

namespace credit::bench {
namespace {

constexpr std::int64_t kOwnWallAtBoot = 1'790'000'000'000;
constexpr std::size_t kSerialDigits = 16;
constexpr std::size_t kRecordRoom = 32'768;
constexpr std::array<std::uint8_t, 32> kKey = {7, 1, 2, 3};
constexpr std::string_view kSessionPrefix = "st_test_";
constexpr std::string_view kRefreshPrefix = "rt_test_";

credit_str str_of(std::string_view text) {
    return {text.data(), text.size()};
}

std::string iso_time(std::int64_t ms) {
    const std::time_t whole = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    gmtime_r(&whole, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return {text, size};
}

std::string member(std::string_view name, std::string_view value) {
    return '"' + std::string(name) + R"(":")" + std::string(value) + '"';
}

void number_in_place(char* digits, std::uint64_t serial) noexcept {
    for (std::size_t i = kSerialDigits; i-- > 0; serial >>= 4)
        digits[i] = "0123456789abcdef"[serial & 15];
}

std::string make_token(std::string_view prefix, std::size_t size, std::uint64_t serial) {
    std::string token(prefix);
    token.append(kSerialDigits, '0');
    number_in_place(token.data() + prefix.size(), serial);
    token.resize(std::max(size, token.size()), 'x');
    return token;
}

void fail_after(std::int64_t ms, credit_http_exchange* exchange, credit_http_failure how) {
    std::thread([=] {
        std::this_thread::sleep_for(std::chrono::milliseconds(ms));
        credit_http_fail(exchange, how, 1, str_of("no answer"));
    }).detach();
}

}  // namespace

void die(const std::string& why) {
    std::fprintf(stderr, "benchmark: %s\n", why.c_str());
    std::_Exit(1);
}

void must(credit_code code, const char* what) {
    if (code != CREDIT_OK) die(std::string(what) + ": " + std::string(credit_code_name(code).data));
}

std::int64_t monotonic_ns() noexcept {
    timespec at{};
    clock_gettime(CLOCK_MONOTONIC, &at);
    return static_cast<std::int64_t>(at.tv_sec) * 1'000'000'000 + at.tv_nsec;
}

std::int64_t number(const char* text, const char* what) {
    char* end = nullptr;
    const long long value = std::strtoll(text, &end, 10);
    if (end == text || *end != '\0' || value < 1)
        die(std::string(what) + " has to be a whole number of at least 1");
    return value;
}

void Answer::arrive(credit_code code) {
    const std::lock_guard<std::mutex> hold(mutex_);
    code_ = code;
    at_ns_ = monotonic_ns();
    there_ = true;
    came_.notify_all();
}

credit_code Answer::wait() {
    std::unique_lock<std::mutex> hold(mutex_);
    came_.wait(hold, [this] { return there_; });
    return code_;
}

bool Answer::wait_for(std::int64_t ms) {
    std::unique_lock<std::mutex> hold(mutex_);
    return came_.wait_for(hold, std::chrono::milliseconds(ms), [this] { return there_; });
}

void Answer::on_done(void* context, const credit_error* error) {
    static_cast<Answer*>(context)->arrive(error == nullptr ? CREDIT_OK : credit_error_code(error));
}

void Answer::on_token(void* context, credit_token*, const credit_error* error) {
    on_done(context, error);
}

World::World(Setup setup) : setup_(std::move(setup)), life_s_(setup_.life_s) {
    must(credit_config_create(&config_), "config");
    must(credit_config_set_environment(config_, CREDIT_ENVIRONMENT_TEST), "environment");
    must(credit_config_set_platform_url(config_, str_of("https://platform.example.com")), "url");
    credit_policy policy{};
    policy.struct_size = sizeof policy;
    policy.attempt_timeout_ms = setup_.attempt_timeout_ms;
    policy.connect_timeout_ms = setup_.attempt_timeout_ms / 2;
    must(credit_config_set_policy(config_, &policy), "policy");
    set_life(setup_.life_s);
    set_ports();
}

void World::set_ports() {
    credit_transport transport{};
    transport.struct_size = sizeof transport;
    transport.context = this;
    transport.start = start;
    transport.cancel = cancel;
    must(credit_config_set_transport(config_, &transport), "transport");
    if (setup_.time != Time::system) {
        credit_clock clock{};
        clock.struct_size = sizeof clock;
        clock.context = this;
        clock.now = now;
        must(credit_config_set_clock(config_, &clock), "clock");
    }
    if (!setup_.folder.empty()) {
        must(credit_config_set_storage_dir(config_, str_of(setup_.folder)), "folder");
        must(credit_config_set_storage_key(config_, kKey.data(), kKey.size()), "key");
        return;
    }
    credit_secure_store store{};
    store.struct_size = sizeof store;
    store.context = this;
    store.load = load;
    store.replace = replace;
    store.erase = erase;
    must(credit_config_set_secure_store(config_, &store), "store");
}

credit_session* World::open(const std::string& borrower) {
    credit_session* session = nullptr;
    credit_error* error = nullptr;
    if (credit_session_open(config_, str_of(borrower), &session, &error) != CREDIT_OK)
        die(std::string("open: ") + credit_error_message(error).data);
    return session;
}

void World::adopt(credit_session* session, const std::string& borrower) {
    const std::string json = "{" + pair(++serial_) + "," + member("borrowerExternalID", borrower) +
                             "," + member("borrowerID", "id") + "," +
                             member("timestamp", iso_time(wall_ms())) + "}";
    credit_adopt_options options{};
    options.struct_size = sizeof options;
    options.replace = 1;
    Answer done;
    must(
        credit_session_adopt_json(session, str_of(json), &options, &done, Answer::on_done, nullptr),
        "adopt");
    must(done.wait(), "adopt");
}

credit_session* World::live(const std::string& borrower) {
    credit_session* session = open(borrower);
    adopt(session, borrower);
    return session;
}

credit_code World::token(credit_session* session, std::int64_t deadline_ms) {
    credit_token_options options{};
    options.struct_size = sizeof options;
    options.deadline_ms = deadline_ms;
    Answer answer;
    must(credit_session_get_token(session, &options, &answer, Answer::on_token, nullptr),
         "get_token");
    return answer.wait();
}

void World::set_life(std::int64_t seconds) {
    life_s_ = seconds;
    reply_ = "{" + member("requestID", "req_bench") + R"(,"correlationID":null,)" +
             member("timestamp", iso_time(wall_ms())) + R"(,"data":{)" + pair(0) +
             R"(},"error":null})";
}

std::int64_t World::elapsed_ms() const noexcept {
    const std::int64_t moved = elapsed_.load(std::memory_order_relaxed);
    return setup_.time == Time::running ? moved + monotonic_ns() / 1'000'000 : moved;
}

std::int64_t World::wall_ms() const {
    if (setup_.time != Time::system) return kOwnWallAtBoot + elapsed_ms();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string World::pair(std::uint64_t serial) const {
    const std::int64_t now = wall_ms();
    return member("sessionToken", make_token(kSessionPrefix, setup_.token_bytes, serial)) + "," +
           member("sessionExpiresAt", iso_time(now + life_s_ * 1000)) + "," +
           member("refreshToken", make_token(kRefreshPrefix, setup_.token_bytes / 2, serial)) +
           "," + member("refreshExpiresAt", iso_time(now + 30LL * 86'400'000));
}

void World::renumber() noexcept {
    const std::uint64_t serial = ++serial_;
    for (const std::string_view prefix : {kSessionPrefix, kRefreshPrefix})
        number_in_place(reply_.data() + reply_.find(prefix) + prefix.size(), serial);
}

void World::answer(credit_http_exchange* exchange) {
    static constexpr std::string_view kName = "Content-Type";
    static constexpr std::string_view kValue = "application/json";
    const credit_header header = {str_of(kName), str_of(kValue)};
    const std::lock_guard<std::mutex> hold(mutex_);
    renumber();
    credit_http_complete(exchange, 200, &header, 1,
                         reinterpret_cast<const std::uint8_t*>(reply_.data()), reply_.size());
}

void World::start(void* context, const credit_http_request* request,
                  credit_http_exchange* exchange) {
    World& self = of(context);
    ++self.fetches_;
    if (credit_http_may_send(exchange) == 0)
        return credit_http_fail(exchange, CREDIT_HTTP_LEASE_LAPSED, 0, str_of("lapsed"));
    switch (self.source_.load()) {
        case Source::answers:
            return self.answer(exchange);
        case Source::fails_at_once:
            return credit_http_fail(exchange, CREDIT_HTTP_CONNECT, 0, str_of("no route"));
        case Source::fails_later:
            return fail_after(0, exchange, CREDIT_HTTP_INTERRUPTED);
        case Source::never:
            return fail_after(request->timeout_ms, exchange, CREDIT_HTTP_TIMEOUT);
        case Source::held:
            self.held_ = exchange;
            self.held_.notify_one();
            return;
    }
}

void World::release() {
    held_.wait(nullptr);
    answer(held_.exchange(nullptr));
}

// Whatever is open here ends by itself, at its time-out at the latest.
void World::cancel(void*, credit_http_exchange*) {}

void World::now(void* context, credit_now* out) {
    const std::int64_t elapsed = of(context).elapsed_ms();
    out->wall_ms = kOwnWallAtBoot + elapsed;
    out->elapsed_ms = elapsed;
    out->boot_id = 1;
}

credit_store_answer World::load(void* context, credit_str name, credit_sink* sink) {
    World& self = of(context);
    ++self.loads_;
    const std::lock_guard<std::mutex> hold(self.mutex_);
    const auto found = self.records_.find(std::string_view(name.data, name.size));
    if (found == self.records_.end() || found->second.empty()) return CREDIT_STORE_ABSENT;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(found->second.data());
    return credit_sink_write(sink, bytes, found->second.size()) == CREDIT_OK
               ? CREDIT_STORE_PRESENT
               : CREDIT_STORE_TRANSIENT;
}

credit_store_answer World::replace(void* context, credit_str name, const std::uint8_t* bytes,
                                   std::size_t size, std::uint64_t) {
    World& self = of(context);
    ++self.replaces_;
    const std::lock_guard<std::mutex> hold(self.mutex_);
    auto found = self.records_.find(std::string_view(name.data, name.size));
    if (found == self.records_.end()) {
        found = self.records_.emplace(std::string(name.data, name.size), std::string()).first;
        found->second.reserve(kRecordRoom);
    }
    found->second.assign(reinterpret_cast<const char*>(bytes), size);
    return CREDIT_STORE_DONE;
}

credit_store_answer World::erase(void* context, credit_str name) {
    World& self = of(context);
    const std::lock_guard<std::mutex> hold(self.mutex_);
    self.records_.erase(std::string(name.data, name.size));
    return CREDIT_STORE_DONE;
}

}  // namespace credit::bench

#include "tests/fuzz/support/capi_ports.h"

#include "tests/fuzz/support/secrets.h"

namespace credit::fuzz {
namespace {

template <class T>
T table_of(void* context) {
    T out{};
    out.struct_size = static_cast<std::uint32_t>(sizeof out);
    out.context = context;
    return out;
}

std::string text(credit_str s) {
    return s.data == nullptr ? std::string() : std::string(s.data, s.size);
}

std::string_view view(credit_str s) {
    return s.data == nullptr ? std::string_view() : std::string_view(s.data, s.size);
}

void must(credit_code code) {
    FUZZ_CHECK(code == CREDIT_OK);
}

WireRequest read_request(const credit_http_request& request) {
    WireRequest out;
    out.method = text(request.method);
    out.url = text(request.url);
    for (std::uint32_t i = 0; i < request.header_count; ++i) {
        const std::string name = text(request.headers[i].name);
        const std::string value = text(request.headers[i].value);
        FUZZ_CHECK(value.find('\n') == std::string::npos);
        if (name == "Authorization") out.bearer = value.substr(value.find(' ') + 1);
        if (name == "Idempotency-Key") out.idempotency_key = value;
        if (name == "X-Correlation-ID") out.correlation_id = value;
    }
    return out;
}

}  // namespace

CapiPorts::CapiPorts() {
    must(credit_config_create(&config_));
    must(credit_config_set_environment(config_, CREDIT_ENVIRONMENT_TEST));
    must(credit_config_set_platform_url(config_, credit_string("https://platform.example.com")));
    set_store();
    set_transport();
    set_the_rest();
    credit_error* error = nullptr;
    must(credit_config_check(config_, &error));
}

void CapiPorts::set_store() {
    auto store = table_of<credit_secure_store>(this);
    store.load = [](void* context, credit_str name, credit_sink* sink) {
        CapiPorts& ports = self(context);
        if (ports.load_answer != CREDIT_STORE_PRESENT) return ports.load_answer;
        const auto found = ports.records.find(text(name));
        if (found == ports.records.end()) return credit_store_answer{CREDIT_STORE_ABSENT};
        const std::string& bytes = found->second;
        must(credit_sink_write(sink, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                               bytes.size()));
        return credit_store_answer{CREDIT_STORE_PRESENT};
    };
    store.replace = [](void* context, credit_str name, const std::uint8_t* bytes, std::size_t size,
                       std::uint64_t) {
        CapiPorts& ports = self(context);
        FUZZ_CHECK(ports.locked_.count(text(name)) != 0);  // R8: written under the commit lock
        ++ports.replaced;
        if (ports.replace_answer != CREDIT_STORE_DONE) return ports.replace_answer;
        ports.records[text(name)] = std::string(reinterpret_cast<const char*>(bytes), size);
        return credit_store_answer{CREDIT_STORE_DONE};
    };
    store.erase = [](void* context, credit_str name) {
        const bool was = self(context).records.erase(text(name)) != 0;
        return credit_store_answer{was ? CREDIT_STORE_DONE : CREDIT_STORE_ABSENT};
    };
    store.lock = [](void* context, credit_str name) {
        CapiPorts& ports = self(context);
        if (ports.lock_answer != CREDIT_STORE_DONE) return ports.lock_answer;
        FUZZ_CHECK(ports.locked_.insert(text(name)).second);
        return credit_store_answer{CREDIT_STORE_DONE};
    };
    store.unlock = [](void* context, credit_str name) {
        FUZZ_CHECK(self(context).locked_.erase(text(name)) == 1);
    };
    store.release = &count_release;
    must(credit_config_set_secure_store(config_, &store));
    ++tables_;
}

void CapiPorts::set_transport() {
    auto transport = table_of<credit_transport>(this);
    transport.start = [](void* context, const credit_http_request* request,
                         credit_http_exchange* exchange) {
        self(context).start(*request, exchange);
    };
    transport.cancel = [](void* context, credit_http_exchange* exchange) {
        for (Exchange& one : self(context).exchanges_)
            one.cancelled = one.cancelled || one.handle == exchange;
    };
    transport.release = &count_release;
    must(credit_config_set_transport(config_, &transport));
    ++tables_;
}

void CapiPorts::set_the_rest() {
    auto clock = table_of<credit_clock>(this);
    clock.now = [](void* context, credit_now* out) {
        out->wall_ms = self(context).wall_ms;
        out->elapsed_ms = self(context).elapsed_ms;
        out->boot_id = self(context).boot_id;
    };
    clock.release = &count_release;
    must(credit_config_set_clock(config_, &clock));

    auto logger = table_of<credit_logger>(this);
    logger.log = [](void*, credit_log_level, credit_str line) {
        FUZZ_CHECK(!shows_token(view(line)) && is_printable_utf8(view(line)));
    };
    logger.release = &count_release;
    must(credit_config_set_logger(config_, &logger));

    auto background = table_of<credit_background>(this);
    background.begin = [](void* context) {
        CapiPorts& ports = self(context);
        if (!ports.background_granted) return std::uint64_t{0};
        ports.backgrounds_.insert(++ports.last_background_);
        return ports.last_background_;
    };
    background.end = [](void* context, std::uint64_t handle) {
        FUZZ_CHECK(self(context).backgrounds_.erase(handle) == 1);
    };
    background.release = &count_release;
    must(credit_config_set_background(config_, &background));

    auto provider_table = table_of<credit_session_provider>(this);
    provider_table.provide = [](void* context, const credit_provider_request* request,
                                credit_provider_call* call) {
        self(context).asked_.push_back({call, text(request->borrower_external_id)});
    };
    provider_table.release = &count_release;
    must(credit_config_set_session_provider(config_, &provider_table));
    tables_ += 4;
}

void CapiPorts::release_config() {
    credit_config_release(config_);
    config_ = nullptr;
}

void CapiPorts::start(const credit_http_request& request, credit_http_exchange* exchange) {
    exchanges_.push_back({exchange, read_request(request), false});
    if (exchanges_.back().request.url.ends_with("/sessions/refresh")) {
        FUZZ_CHECK(request.fresh_connection == 1);  // R15
    }
}

void CapiPorts::complete(const Exchange& exchange, const WireReply& reply) {
    credit_http_complete(exchange.handle, reply.status, nullptr, 0,
                         reinterpret_cast<const std::uint8_t*>(reply.body.data()),
                         reply.body.size());
}

bool CapiPorts::answer(const Exchange& one) {
    const auto lost = [&](credit_http_failure why, bool maybe_sent) {
        credit_http_fail(one.handle, why, maybe_sent ? 1 : 0, credit_string("lost"));
        return true;
    };
    const auto refuse = [&](int status, const char* code) {
        complete(one, platform.refusal(status, code, one.request.correlation_id));
        return true;
    };
    if (one.cancelled) return lost(CREDIT_HTTP_CANCELLED, true);
    switch (wire) {
        case WireMood::unsent:
            return lost(CREDIT_HTTP_CONNECT, false);
        case WireMood::reply_lost:
            platform.answer(one.request, wall_ms);
            return lost(CREDIT_HTTP_INTERRUPTED, true);
        case WireMood::error_500:
            return refuse(500, "INTERNAL");
        case WireMood::dead:
            platform.note_death();
            return refuse(401, "AUTH_INVALID_SESSION");
        case WireMood::limited:
            return refuse(429, "RATE_LIMITED");
        case WireMood::garbage:
            complete(one, {200, "<html>"});
            return true;
        case WireMood::conflict:
            return refuse(409, "ASYNC_OPERATION_PENDING");
        case WireMood::portal:
            complete(one, {302, ""});
            return true;
        case WireMood::silent:
            return false;
        case WireMood::answers:
            break;
    }
    complete(one, platform.answer(one.request, wall_ms));
    return true;
}

bool CapiPorts::answer(const Asked& one) {
    std::string json = "{}";
    switch (provider) {
        case ProviderMood::silent:
            return false;
        case ProviderMood::unavailable:
            credit_provider_fail(one.call, CREDIT_PARTNER_UNAVAILABLE, credit_string("later"));
            return true;
        case ProviderMood::garbage:
            break;
        case ProviderMood::wrong_borrower:
            json = platform.mint("somebody-else", wall_ms);
            break;
        case ProviderMood::mints:
            json = platform.mint(one.borrower, wall_ms);
            break;
    }
    credit_provider_complete(one.call, {json.data(), json.size()});
    return true;
}

bool CapiPorts::deliver() {
    bool any = false;
    for (std::size_t i = 0; i < exchanges_.size(); ++i) {
        if (!answer(exchanges_[i])) continue;
        exchanges_.erase(exchanges_.begin() + static_cast<std::ptrdiff_t>(i--));
        any = true;
    }
    for (std::size_t i = 0; i < asked_.size(); ++i) {
        if (!answer(asked_[i])) continue;
        asked_.erase(asked_.begin() + static_cast<std::ptrdiff_t>(i--));
        any = true;
    }
    return any;
}

void CapiPorts::deliver_everything() {
    wire = WireMood::answers;
    provider = ProviderMood::unavailable;
    load_answer = CREDIT_STORE_PRESENT;
    replace_answer = CREDIT_STORE_DONE;
    lock_answer = CREDIT_STORE_DONE;
}

bool CapiPorts::holds_secret_of(const std::set<std::string>& secrets) const {
    for (const auto& [name, bytes] : records) {
        for (const std::string& secret : secrets) {
            if (bytes.find(secret) != std::string::npos) return true;
        }
    }
    return false;
}

void CapiPorts::check_finished() const {
    FUZZ_CHECK(exchanges_.empty() && asked_.empty());
    FUZZ_CHECK(locked_.empty() && backgrounds_.empty());
    FUZZ_CHECK(config_ == nullptr && released_ == tables_);
}

}  // namespace credit::fuzz

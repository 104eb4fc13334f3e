// An app's own ports that answer what no header allows: numbers outside of the enum, records twice or never, sizes without
// data. First byte: which port; the rest: what it answers.
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "core/base/error.h"
#include "platform/memory/counting_entropy.h"
#include "tests/fuzz/support/sealed_samples.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

template <class Table>
capi::TableRef<Table> owned(const Table& table) {
    return std::make_shared<const capi::OwnedTable<Table>>(table);
}

template <class T>
T sized() {
    T out{};
    out.struct_size = static_cast<std::uint32_t>(sizeof out);
    return out;
}

// Mostly the enum and its neighbours, now and then anything.
template <class Enum>
Enum any_value(Input& in) {
    const std::uint8_t small = in.byte();
    const auto value = small == 0xff ? static_cast<std::int32_t>(in.number(4))
                                     : static_cast<std::int32_t>(small) - 4;
    return static_cast<Enum>(value);
}

struct StoreScript {
    credit_store_answer answer = CREDIT_STORE_ABSENT;
    int writes = 0;
    std::string record;
    bool null_write = false;
};

credit_store_answer scripted_load(void* context, credit_str, credit_sink* sink) {
    const auto& script = *static_cast<StoreScript*>(context);
    for (int i = 0; i < script.writes; ++i) {
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(script.record.data());
        const credit_code code =
            credit_sink_write(sink, script.null_write ? nullptr : bytes, script.record.size());
        static_cast<void>(code);
    }
    return script.answer;
}

credit_store_answer answer_of(void* context) {
    return static_cast<StoreScript*>(context)->answer;
}

void store_answers(Input& in) {
    StoreScript script;
    script.answer = any_value<credit_store_answer>(in);
    script.writes = static_cast<int>(in.below(3));
    script.null_write = in.below(8) == 7;
    const auto head = encode_header(header_for(record_key(), 5, 4));
    script.record = std::string(reinterpret_cast<const char*>(head.data()), head.size()) + "body";
    const std::size_t keep = in.below(128);
    if (keep < script.record.size()) script.record.resize(keep);
    if (in.flag()) script.record[in.below(script.record.empty() ? 1 : script.record.size())] ^= 1;

    auto table = sized<credit_secure_store>();
    table.context = &script;
    table.load = scripted_load;
    table.replace = [](void* c, credit_str, const std::uint8_t*, std::size_t, std::uint64_t) {
        return answer_of(c);
    };
    table.erase = [](void* c, credit_str) { return answer_of(c); };
    table.lock = [](void* c, credit_str) { return answer_of(c); };
    table.unlock = [](void*, credit_str) {};
    capi::TableStore store(owned(table));
    const auto record = store.open_record(record_key());

    RecordHeader header;
    SecretBuffer body;
    const StoreResult loaded = record->load(header, body);
    const bool said_absent = script.answer == CREDIT_STORE_ABSENT && script.writes == 0;
    FUZZ_CHECK((loaded.answer == StoreAnswer::absent) == said_absent);
    FUZZ_CHECK(loaded.answer != StoreAnswer::done);
    if (loaded.answer == StoreAnswer::present) {
        FUZZ_CHECK(script.answer == CREDIT_STORE_PRESENT && script.writes == 1);
        FUZZ_CHECK(body.size() == header.body_size && header.write_seq >= 4);
    }
    FUZZ_CHECK((record->peek().answer == StoreAnswer::present) ==
               (loaded.answer == StoreAnswer::present));
    body.clear();
    const bool done = script.answer == CREDIT_STORE_DONE;
    FUZZ_CHECK((record->replace(header_for(record_key(), 6, 0), body, true).answer ==
                StoreAnswer::done) == done);
    FUZZ_CHECK((record->lock().answer == StoreAnswer::done) == done);
    FUZZ_CHECK((record->erase().answer == StoreAnswer::done) ==
               (done || script.answer == CREDIT_STORE_ABSENT));
}

struct KeyScript {
    credit_store_answer answer = CREDIT_STORE_PRESENT;
    std::uint8_t fill = 0;
};

void key_answers(Input& in) {
    KeyScript script{any_value<credit_store_answer>(in), in.byte()};
    auto table = sized<credit_sealing_key>();
    table.context = &script;
    table.fetch = [](void* context, std::uint8_t* key) {
        const auto& said = *static_cast<KeyScript*>(context);
        std::memset(key, said.fill, SealingKey::kBytes);
        return said.answer;
    };
    const auto source = std::make_shared<capi::TableSealingKey>(owned(table));
    SecretRef key;
    const bool present = source->fetch(key).answer == StoreAnswer::present;
    FUZZ_CHECK(present == (key != nullptr));
    FUZZ_CHECK(present == (script.answer == CREDIT_STORE_PRESENT && script.fill != 0));
    FUZZ_CHECK(!present || key->size() == SealingKey::kBytes);
    // What reaches the store is one of the answers a key can have; never that there is no record, or a damaged one.
    Sealer sealer(source, std::make_shared<CountingEntropy>(1));
    const StoreAnswer unlocked = sealer.unlock().answer;
    FUZZ_CHECK((unlocked == StoreAnswer::present) == present);
    FUZZ_CHECK(present || unlocked == StoreAnswer::locked || unlocked == StoreAnswer::transient ||
               unlocked == StoreAnswer::denied || unlocked == StoreAnswer::key_lost ||
               unlocked == StoreAnswer::unsupported);
}

struct WireScript {
    std::int32_t status = 0;
    std::vector<credit_header> headers;
    std::size_t header_count = 0;
    std::string body;
    std::size_t body_size = 0;
    bool null_body = false;
    bool fails = false;
    credit_http_failure failure = CREDIT_HTTP_TIMEOUT;
    std::int32_t maybe_sent = 1;
};

void answer_exchange(void* context, const credit_http_request*, credit_http_exchange* exchange) {
    const auto& said = *static_cast<WireScript*>(context);
    const auto* body = reinterpret_cast<const std::uint8_t*>(said.body.data());
    for (int i = 0; i < 2; ++i) {  // the second answer must find nothing
        if (said.fails) {
            credit_http_fail(exchange, said.failure, said.maybe_sent,
                             {"st_live_c4n4ry99 lost", 21});
        } else {
            credit_http_complete(
                exchange, said.status, said.headers.empty() ? nullptr : said.headers.data(),
                said.header_count, said.null_body ? nullptr : body, said.body_size);
        }
    }
}

WireScript read_wire(Input& in) {
    WireScript script;
    script.fails = in.below(3) == 0;
    script.failure = any_value<credit_http_failure>(in);
    script.maybe_sent = static_cast<std::int32_t>(in.number(1)) - 1;
    script.status = static_cast<std::int32_t>(in.number(2)) - 1000;
    script.null_body = in.below(4) == 3;
    const std::size_t count = in.below(4);
    for (std::size_t i = 0; i < count; ++i) {
        const std::string_view value = in.line();
        script.headers.push_back({{"Retry-After", 11}, {value.data(), value.size()}});
    }
    script.header_count = in.below(16) == 15 && count == 0 ? 3 : count;
    script.body = std::string(in.rest());
    script.body_size = script.body.size();
    return script;
}

void wire_answers(Input& in) {
    WireScript script = read_wire(in);
    auto table = sized<credit_transport>();
    table.context = &script;
    table.start = answer_exchange;
    table.cancel = [](void*, credit_http_exchange*) {};
    capi::TableTransport transport(owned(table), nullptr);
    int calls = 0;
    HttpOutcome outcome;
    HttpRequest request;
    request.method = "GET";
    request.url = "https://platform.example.com/x";
    request.max_reply_bytes = 64;
    transport.start(std::move(request), [&](HttpOutcome got) {
        ++calls;
        outcome = std::move(got);
    });
    FUZZ_CHECK(calls == 1);
    FUZZ_CHECK(!shows_token(outcome.detail));
    if (script.fails) {
        FUZZ_CHECK(!outcome.ok && outcome.maybe_sent == (script.maybe_sent != 0));
        const auto number = static_cast<int>(outcome.failure);
        FUZZ_CHECK(number >= 0 && number <= static_cast<int>(HttpFailure::out_of_memory));
        return;
    }
    // Something came back, so something was sent.
    FUZZ_CHECK(outcome.ok || outcome.maybe_sent);
    const bool sound = script.status >= 100 && script.status <= 599 && script.body_size <= 64 &&
                       !(script.null_body && script.body_size != 0) &&
                       script.header_count == script.headers.size();
    FUZZ_CHECK(outcome.ok == sound);
    if (!outcome.ok) return;
    FUZZ_CHECK(outcome.response.status == script.status);
    FUZZ_CHECK(outcome.response.body.view() == script.body);
    FUZZ_CHECK(outcome.response.headers.size() == script.headers.size());
}

struct ProviderScript {
    bool fails = false;
    bool null_text = false;
    credit_code code = CREDIT_INTERNAL;
    std::string text;
};

void provider_answers(Input& in) {
    ProviderScript script;
    script.fails = in.flag();
    script.null_text = in.below(8) == 7;
    script.code = static_cast<credit_code>(static_cast<std::int32_t>(in.number(2)) - 8);
    script.text = std::string(in.rest());
    auto table = sized<credit_session_provider>();
    table.context = &script;
    table.provide = [](void* context, const credit_provider_request*, credit_provider_call* call) {
        const auto& said = *static_cast<ProviderScript*>(context);
        const credit_str text = {said.null_text ? nullptr : said.text.data(), said.text.size()};
        for (int i = 0; i < 2; ++i) {
            if (said.fails) credit_provider_fail(call, said.code, text);
            if (!said.fails) credit_provider_complete(call, text);
        }
    };
    capi::TableProvider provider(owned(table));
    int calls = 0;
    ProviderOutcome outcome;
    provider.provide({}, [&](ProviderOutcome got) {
        ++calls;
        outcome = std::move(got);
    });
    FUZZ_CHECK(calls == 1);
    if (outcome.ok) {
        FUZZ_CHECK(!script.fails && outcome.json.view() == script.text);
        return;
    }
    check_error(outcome.error);
    // An app cannot claim by its own word that the platform ended the session.
    FUZZ_CHECK(outcome.error.code != Code::session_dead &&
               outcome.error.code != Code::session_ended);
}

}  // namespace

CREDIT_FUZZ_TARGET(adapter_status) {
    Input in(input);
    switch (in.below(4)) {
        case 0:
            return store_answers(in);
        case 1:
            return key_answers(in);
        case 2:
            return wire_answers(in);
        default:
            return provider_answers(in);
    }
}

}  // namespace credit::fuzz

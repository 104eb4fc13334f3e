// An app's own way to the server that makes sessions.
#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "capi/src/port_calls.h"
#include "capi/src/strings.h"
#include "core/platform_api/contract.h"

namespace credit::capi {
namespace {

ProviderOutcome failed(Error error) {
    ProviderOutcome outcome;
    outcome.error = std::move(error);
    return outcome;
}

// One byte over the limit is enough for the parser to refuse it as too large, with its own words.
ProviderOutcome read_json(const credit_str& json) {
    std::string_view text;
    if (!read_text(json, text))
        return failed({Code::provider_failed, "session_provider: size without data"});
    ProviderOutcome outcome;
    outcome.ok = true;
    outcome.json.append(text.substr(0, kMaxJsonBytes + 1));
    return outcome;
}

template <class Make>
void finish(const credit_provider_call* handle, Make make) noexcept {
    guard_void([&] {
        const std::unique_ptr<ProviderCall> call = ProviderTable::instance().take(handle);
        if (call == nullptr) return;
        ProviderOutcome outcome;
        const credit_code made = guard([&] {
            outcome = make();
            return CREDIT_OK;
        });
        if (made != CREDIT_OK) outcome = failed(Error(static_cast<Code>(made), {}));
        call->done(std::move(outcome));
    });
}

}  // namespace

void TableProvider::provide(const ProviderRequest& request, Completion done) {
    credit_provider_request view{};
    view.struct_size = sizeof view;
    view.healing = request.healing ? 1 : 0;
    view.borrower_external_id = to_c(request.borrower_external_id);
    view.journey_type = to_c(request.options.journey_type);
    view.profile_json = to_c(request.options.profile_json);
    view.correlation_id = to_c(request.correlation_id);
    view.idempotency_key = to_c(request.idempotency_key);
    auto call = std::make_unique<ProviderCall>();
    call->done = std::move(done);
    call->table = table_;
    credit_provider_call* const handle = ProviderTable::instance().open(std::move(call));
    (*table_)->provide((*table_)->context, &view, handle);
}

}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

void credit_provider_complete(credit_provider_call* call, credit_str json) noexcept {
    finish(call, [&] { return read_json(json); });
}

void credit_provider_fail(credit_provider_call* call, credit_code code,
                          credit_str message) noexcept {
    finish(call, [&] { return failed(port_error(code, message, "session_provider")); });
}

credit_code credit_config_set_session_provider(credit_config* config,
                                               const credit_session_provider* provider) noexcept {
    return set(config, "session_provider", [&](ConfigValues& values) {
        const auto missing = [](const credit_session_provider& table) {
            return table.provide == nullptr ? "provide" : nullptr;
        };
        return take_table(provider, "session_provider", missing, values.provider);
    });
}

// The app's login towards its own server.
#include "capi/src/config.h"
#include "capi/src/port_adapters.h"
#include "capi/src/port_calls.h"
#include "capi/src/strings.h"
#include "core/http/header_rules.h"
#include "core/http/text.h"

namespace credit::capi {
namespace {

constexpr std::string_view kBearer = "bearer ";

PartnerAuth::Answer failed(Error error) {
    PartnerAuth::Answer answer;
    answer.ok = false;
    answer.error = std::move(error);
    return answer;
}

// Bearer values are kept out of ordinary strings; other schemes travel as they are.
Status add_authorization(std::string_view value, PartnerAuth::Answer& answer) {
    const Status fine = check_header_value(value, "partner_auth Authorization");
    if (!fine.ok()) return fine;
    if (text::istarts_with(value, kBearer)) {
        answer.bearer = Secret::copy_of(value.substr(kBearer.size()));
    } else {
        answer.headers.push_back({"Authorization", std::string(value)});
    }
    return Unit{};
}

Status add_header(const credit_header& header, PartnerAuth::Answer& answer, bool& authorized) {
    std::string_view name;
    std::string_view value;
    if (!read_text(header.name, name) || !read_text(header.value, value)) {
        return Error(Code::invalid_header, "partner_auth: size without data");
    }
    if (ascii_iequals(name, "authorization")) {
        if (authorized)
            return Error(Code::invalid_header, "partner_auth: Authorization given twice");
        authorized = true;
        return add_authorization(value, answer);
    }
    if (name.size() > kMaxHeaderValueBytes || value.size() > kMaxHeaderValueBytes) {
        return Error(Code::invalid_header, "partner_auth: a header is longer than 8192 bytes");
    }
    HttpHeader copy{std::string(name), std::string(value)};
    const Status fine = check_caller_header(copy);
    if (fine.ok()) answer.headers.push_back(std::move(copy));
    return fine;
}

PartnerAuth::Answer read_headers(const credit_header* headers, std::size_t count) {
    if (headers == nullptr && count != 0)
        return failed({Code::invalid_header, "partner_auth: count without headers"});
    if (count > kMaxCallerHeaders)
        return failed({Code::invalid_header, "partner_auth: more than 64 headers"});
    PartnerAuth::Answer answer;
    bool authorized = false;
    for (std::size_t i = 0; i < count; ++i) {
        const Status added = add_header(headers[i], answer, authorized);
        if (!added.ok()) return failed(added.error());
    }
    return answer;
}

template <class Make>
void finish(const credit_partner_auth_call* handle, Make make) noexcept {
    guard_void([&] {
        const std::unique_ptr<PartnerAuthCall> call = PartnerAuthTable::instance().take(handle);
        if (call == nullptr) return;
        PartnerAuth::Answer answer;
        const credit_code made = guard([&] {
            answer = make();
            return CREDIT_OK;
        });
        if (made != CREDIT_OK) answer = failed(Error(static_cast<Code>(made), {}));
        call->done(std::move(answer));
    });
}

}  // namespace

void TablePartnerAuth::headers(Completion done) {
    auto call = std::make_unique<PartnerAuthCall>();
    call->done = std::move(done);
    call->table = table_;
    credit_partner_auth_call* const handle = PartnerAuthTable::instance().open(std::move(call));
    (*table_)->headers((*table_)->context, handle);
}

}  // namespace credit::capi

using namespace credit::capi;  // NOLINT: this file defines the C functions of the noun

void credit_partner_auth_complete(credit_partner_auth_call* call, const credit_header* headers,
                                  size_t header_count) noexcept {
    finish(call, [&] { return read_headers(headers, header_count); });
}

void credit_partner_auth_fail(credit_partner_auth_call* call, credit_code code,
                              credit_str message) noexcept {
    finish(call, [&] { return failed(port_error(code, message, "partner_auth")); });
}

credit_code credit_config_set_partner_auth(credit_config* config,
                                           const credit_partner_auth* auth) noexcept {
    return set(config, "partner_auth", [&](ConfigValues& values) {
        const auto missing = [](const credit_partner_auth& table) {
            return table.headers == nullptr ? "headers" : nullptr;
        };
        return take_table(auth, "partner_auth", missing, values.partner_auth);
    });
}

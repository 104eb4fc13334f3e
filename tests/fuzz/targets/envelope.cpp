// A reply's body -> tokens, journey, envelope. Read under every context the engine reads under, and by another JSON library.
#include <optional>

#include "core/platform_api/contract.h"
#include "core/platform_api/token_rules.h"
#include "tests/fuzz/support/json_oracle.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"

namespace credit::fuzz {
namespace {

constexpr std::size_t kMostTextBytes = 256;

SecretBuffer buffer_of(std::string_view text) {
    SecretBuffer out;
    out.append(text);
    return out;
}

void check_text(std::string_view text) {
    FUZZ_CHECK(text.size() <= kMostTextBytes);
    FUZZ_CHECK(is_printable_utf8(text));
}

void check_journey(const Journey& journey) {
    check_text(journey.journey_id);
    check_text(journey.status);
    check_text(journey.next_action);
}

void check_issued(const Issued& issued, const IssuedContext& context) {
    FUZZ_CHECK(issued.session_token != nullptr);
    FUZZ_CHECK(check_token(issued.session_token->view(), context.environment, "t").ok());
    if (issued.refresh_token != nullptr) {
        FUZZ_CHECK(check_token(issued.refresh_token->view(), context.environment, "t").ok());
    }
    FUZZ_CHECK(!context.drop_refresh_token || issued.refresh_token == nullptr);
    FUZZ_CHECK(!context.refresh_token_required || context.drop_refresh_token ||
               issued.refresh_token != nullptr);
    FUZZ_CHECK(issued.session_expires_at_ms >= 0 && issued.refresh_expires_at_ms >= 0);
    FUZZ_CHECK(context.lenient || check_not_expired(issued).ok());
    FUZZ_CHECK(!issued.journey || issued.has_journey);
    check_text(issued.borrower_id);
    check_text(issued.borrower_external_id);
    if (issued.journey) check_journey(*issued.journey);
    FUZZ_CHECK(!shows_token(issued.request_id) && !shows_token(issued.correlation_id));
}

bool contract_code(Code code) {
    const auto value = static_cast<int>(code);
    return (value >= 4003 && value < 4102) || code == Code::reply_too_large ||
           code == Code::reply_truncated || code == Code::api_key_refused ||
           code == Code::environment_mismatch || code == Code::partner_refused;
}

// The other library must have read the same token in the same place.
void check_against_oracle(const Issued& issued, const std::optional<ReadJson>& json) {
    if (!json) return;
    const nlohmann::json* data = object_at(json->value, "data");
    const std::string* token = text_at(data != nullptr ? *data : json->value, "sessionToken");
    FUZZ_CHECK(token != nullptr && *token == issued.session_token->view());
}

std::string again(const Issued& issued) {
    nlohmann::json data;
    data["sessionToken"] = issued.session_token->view();
    if (issued.refresh_token != nullptr) data["refreshToken"] = issued.refresh_token->view();
    data["borrowerID"] = std::string_view(issued.borrower_id);
    data["borrowerExternalID"] = std::string_view(issued.borrower_external_id);
    if (issued.journey) {
        data["activeJourney"] = {{"journeyID", std::string_view(issued.journey->journey_id)},
                                 {"status", std::string_view(issued.journey->status)},
                                 {"nextAction", std::string_view(issued.journey->next_action)}};
    }
    return nlohmann::json{{"requestID", "req_1"}, {"error", nullptr}, {"data", data}}.dump();
}

// What was read and written anew reads as the same.
void check_round_trip(const Issued& issued, IssuedContext context) {
    context.lenient = true;
    const Result<Issued> second = parse_issued(buffer_of(again(issued)), context);
    FUZZ_CHECK(second.ok());
    FUZZ_CHECK(same_secret(second.value().session_token, issued.session_token));
    FUZZ_CHECK(same_secret(second.value().refresh_token, issued.refresh_token));
    FUZZ_CHECK(second.value().borrower_id == issued.borrower_id);
    FUZZ_CHECK(second.value().borrower_external_id == issued.borrower_external_id);
    FUZZ_CHECK(second.value().journey.has_value() == issued.journey.has_value());
    if (issued.journey) FUZZ_CHECK(*second.value().journey == *issued.journey);
}

Result<Issued> read(const SecretBuffer& body, const IssuedContext& context,
                    const std::optional<ReadJson>& json) {
    Result<Issued> result = parse_issued(body, context);
    if (result.ok()) {
        check_issued(result.value(), context);
        check_against_oracle(result.value(), json);
        check_round_trip(result.value(), context);
    } else {
        check_error(result.error());
        FUZZ_CHECK(contract_code(result.error().code));
    }
    return result;
}

void check_silent(const Result<Issued>& result, const Issued& tokens) {
    if (result.ok()) return;
    for (const SecretRef& token : {tokens.session_token, tokens.refresh_token}) {
        FUZZ_CHECK(!shows(result.error().message, view_or_empty(token)));
    }
}

void check_envelope(const Envelope& envelope) {
    FUZZ_CHECK(envelope.request_id.size() <= 128 && envelope.correlation_id.size() <= 128);
    FUZZ_CHECK(envelope.error_code.size() <= 64 && envelope.error_message.size() <= 512);
    FUZZ_CHECK(is_printable_utf8(envelope.error_message));
    const std::string_view texts[] = {envelope.request_id, envelope.correlation_id,
                                      envelope.error_code, envelope.error_message,
                                      envelope.error_field};
    for (const std::string_view text : texts)
        FUZZ_CHECK(!shows_token(text));
    FUZZ_CHECK(envelope.timestamp_ms >= 0);
    FUZZ_CHECK(!envelope.retryable || envelope.retryable_given);
}

}  // namespace

CREDIT_FUZZ_TARGET(envelope) {
    const SecretBuffer body = buffer_of(input);
    const std::optional<ReadJson> json = read_json(input);
    const IssuedContext strict{Environment::test, true, false, false};
    const IssuedContext refresh{Environment::test, false, false, true};
    const Result<Issued> lenient = read(body, refresh, json);
    const Result<Issued> full = read(body, strict, json);
    const Result<Issued> live = read(body, {Environment::live, true, false, false}, json);
    const Result<Issued> managed = read(body, {Environment::test, false, true, true}, json);
    const Result<Issued> adopted = read(body, {Environment::test, false, true, false}, json);
    // What passes the strict reading passes the lenient one, with the same tokens.
    if (full.ok()) {
        FUZZ_CHECK(lenient.ok());
        FUZZ_CHECK(same_secret(full.value().session_token, lenient.value().session_token));
        FUZZ_CHECK(same_secret(full.value().refresh_token, lenient.value().refresh_token));
    }
    if (lenient.ok()) {
        FUZZ_CHECK(managed.ok());
        for (const Result<Issued>* other : {&full, &live, &managed, &adopted})
            check_silent(*other, lenient.value());
    }
    check_envelope(read_envelope(body));
    const PartnerReply partner = read_partner_reply(body);
    check_envelope(partner.details);
    FUZZ_CHECK(is_printable_utf8(partner.message) && !shows_token(partner.message));
    const Result<Journey> journey = parse_journey(body);
    if (journey.ok()) check_journey(journey.value());
    if (!journey.ok()) check_error(journey.error());
}

}  // namespace credit::fuzz

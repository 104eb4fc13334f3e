#include "core/platform_api/envelope_reader.h"
#include "core/platform_api/reply_text.h"
#include "core/platform_api/timestamp.h"

namespace credit {
namespace {

// A nested object is read only when its keys are unambiguous.
std::optional<json::Object> clean_object(const json::Field& field) {
    auto object = field.object();
    if (!object || json::key_fault(*object)) return std::nullopt;
    return object;
}

}  // namespace

void read_trace(const json::Object& object, Envelope& envelope) {
    const json::Field correlation(object, "correlationID");
    envelope.request_id = clean_id(json::Field(object, "requestID").text());
    envelope.correlation_given = correlation.given();
    envelope.correlation_id = clean_id(correlation.text());
    envelope.timestamp_ms = parse_timestamp(json::Field(object, "timestamp").text()).value_or(0);
}

bool read_error(const json::Object& error, Envelope& envelope) {
    const json::Field code(error, "code");
    const json::Field retryable(error, "retryable");
    envelope.has_error = true;
    envelope.error_code = clean_code(code.text());
    envelope.error_message = clean_message(json::Field(error, "message").text());
    envelope.retryable_given = retryable.kind() == json::Kind::boolean;
    envelope.retryable = retryable.truth();
    const json::Field details(error, "details");
    if (const auto object = clean_object(details)) {
        envelope.error_field = clean_field(json::Field(*object, "field").text());
    }
    return code.kind() == json::Kind::string;
}

Envelope read_envelope_object(const json::Object& object) {
    Envelope envelope;
    if (json::key_fault(object)) return envelope;
    read_trace(object, envelope);
    const bool identified = !json::Field(object, "requestID").text().empty();
    const json::Field data(object, "data");
    const json::Field error(object, "error");
    if (!error.given()) {
        envelope.present = identified && data.given();
        return envelope;
    }
    // Data and an error at once is neither a success nor a verdict.
    const auto body = clean_object(error);
    envelope.present = body && read_error(*body, envelope) && identified && !data.given();
    return envelope;
}

Envelope read_envelope(const SecretBuffer& body) {
    const json::Document document(body.view(), kMaxCallJsonBytes);
    const auto object = document.object();
    return object ? read_envelope_object(*object) : Envelope{};
}

PartnerReply read_partner_reply(const SecretBuffer& body) {
    PartnerReply reply;
    const json::Document document(body.view(), kMaxJsonBytes);
    const auto object = document.object();
    if (!object || json::key_fault(*object)) return reply;
    const json::Field error(*object, "error");
    reply.present = error.kind() == json::Kind::string;
    if (!reply.present) return reply;
    reply.message = clean_message(error.text());
    if (const auto details = json::Field(*object, "details").object()) {
        reply.details = read_envelope_object(*details);
    }
    return reply;
}

}  // namespace credit

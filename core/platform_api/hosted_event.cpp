#include "core/platform_api/hosted_event.h"

#include <optional>

#include "core/http/origin.h"
#include "core/http/redact.h"
#include "core/platform_api/json.h"
#include "core/platform_api/object_reader.h"

namespace credit {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::string_view kOpenExternal = "aarthik-labs:open-external";
constexpr std::string_view kExit = "aarthik-labs:exit";

HostedEventType type_of(std::string_view name) noexcept {
    if (name == kOpenExternal) return HostedEventType::open_external;
    return name == kExit ? HostedEventType::exit : HostedEventType::unknown;
}

Error fault(Code code, std::string_view name, std::string_view why) {
    return {code, std::string(name) + ": " + std::string(why)};
}

// The member beside `type`, else in `payload`: the platform does not publish which.
class Fields {
  public:
    explicit Fields(const json::Object& message) noexcept
        : message_(message), payload_(json::Field(message, "payload").object()) {}

    const std::optional<json::Object>& payload() const noexcept { return payload_; }
    json::Field find(std::string_view name) const noexcept {
        const json::Field beside(message_, name);
        return beside.given() || !payload_ ? beside : json::Field(*payload_, name);
    }

  private:
    json::Object message_;
    std::optional<json::Object> payload_;
};

// Null when it was not given.
Result<SecretRef> read_url(const Fields& fields, std::string_view name,
                           std::string_view only_origin) {
    const json::Field field = fields.find(name);
    if (!field.given()) return SecretRef();
    if (field.kind() != json::Kind::string) {
        return fault(Code::contract_wrong_type, name, "is not a string");
    }
    const Result<std::string> origin = origin_of(field.text(), name);
    if (!origin.ok()) return origin.error();
    if (!origin.value().starts_with("https://") && origin.value() != only_origin) {
        return fault(Code::insecure_url, name, "is not https");
    }
    if (!only_origin.empty() && origin.value() != only_origin) {
        return fault(Code::origin_refused, name, "does not belong to the hosted page");
    }
    return Secret::copy_of(field.text());
}

Result<HostedEvent> read_urls(HostedEvent event, const Fields& fields,
                              std::string_view hosted_origin) {
    if (event.type == HostedEventType::open_external) {
        Result<SecretRef> external = read_url(fields, "external_url", {});
        if (!external.ok()) return external.error();
        event.external_url = std::move(external).value();
        if (event.external_url == nullptr) {
            return fault(Code::contract_missing_field, "external_url", "is missing");
        }
    }
    Result<SecretRef> resume = read_url(fields, "resume_url", hosted_origin);
    if (!resume.ok()) return resume.error();
    event.resume_url = std::move(resume).value();
    return event;
}

Result<HostedEvent> read_object(const json::Object& message, std::string_view hosted_origin) {
    if (const auto twice = duplicate_error(message, "")) return *twice;
    const Fields fields(message);
    if (fields.payload()) {
        if (const auto twice = duplicate_error(*fields.payload(), "payload.")) return *twice;
    }
    const std::string_view name = json::Field(message, "type").text();
    HostedEvent event;
    event.type = type_of(name);
    event.name = redact(name, kMaxNameBytes);
    // What an event means that this library does not know is not this library's affair either.
    if (event.type == HostedEventType::unknown) return event;
    return read_urls(std::move(event), fields, hosted_origin);
}

Result<HostedEvent> read_document(const json::Document& document, std::string_view hosted_origin) {
    if (auto fault = document_error(document)) return std::move(*fault);
    return read_object(*document.object(), hosted_origin);
}

}  // namespace

Result<HostedEvent> parse_hosted_event(std::string_view message, std::string_view hosted_origin) {
    const json::Document document(message, kMaxHostedEventBytes);
    std::string_view inner;
    const bool text = document.value() && document.value()->get(inner) == simdjson::SUCCESS;
    if (!text) return read_document(document, hosted_origin);
    // A string that holds the object: JSON.stringify() twice, as some channels want it. Not deeper.
    return read_document(json::Document(inner, kMaxHostedEventBytes), hosted_origin);
}

}  // namespace credit

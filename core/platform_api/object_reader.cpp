#include "core/platform_api/object_reader.h"

#include <algorithm>
#include <array>

#include "core/http/text.h"
#include "core/platform_api/reply_text.h"
#include "core/platform_api/timestamp.h"

namespace credit {
namespace {

constexpr std::size_t kMaxTextBytes = 256;

bool is_clean(std::string_view text) noexcept {
    if (text.size() > kMaxTextBytes) return false;
    for (std::size_t at = 0; at < text.size();) {
        const auto c = text::next_code_point(text, at);
        if (!c || text::is_control(*c)) return false;
    }
    return true;
}

}  // namespace

ObjectReader::ObjectReader(const json::Object& object, const Prefix& prefix, bool lenient)
    : object_(object), prefix_(prefix), lenient_(lenient) {}

ObjectReader::Prefix ObjectReader::prefix_of(std::string_view name) const noexcept {
    std::array<char, Prefix::kMaxBytes> text{};
    std::size_t size = 0;
    for (const std::string_view part : {prefix_.view(), name, std::string_view(".")}) {
        const std::size_t kept = std::min(part.size(), text.size() - size);
        std::copy_n(part.begin(), kept, text.begin() + static_cast<std::ptrdiff_t>(size));
        size += kept;
    }
    return std::string_view(text.data(), size);
}

void ObjectReader::adopt(Error error) {
    if (!error_) error_ = std::move(error);
}

void ObjectReader::fail(Code code, std::string_view name, std::string_view why) {
    adopt(Error(code, name_of(name) + ": " + std::string(why)));
}

void ObjectReader::complain(Code code, std::string_view name, std::string_view why) {
    if (!lenient_) fail(code, name, why);
}

std::string_view ObjectReader::required_text(std::string_view name) {
    const json::Field value = field(name);
    if (!value.given()) {
        fail(Code::contract_missing_field, name, "is missing");
    } else if (value.kind() != json::Kind::string) {
        fail(Code::contract_wrong_type, name, "is not a string");
    }
    return value.text();
}

std::string_view ObjectReader::optional_text(std::string_view name) {
    const json::Field value = field(name);
    if (!value.given()) return {};
    if (value.kind() != json::Kind::string) {
        complain(Code::contract_wrong_type, name, "is not a string");
        return {};
    }
    if (!is_clean(value.text())) {
        complain(Code::contract_malformed, name, "is over 256 bytes or has control characters");
        return {};
    }
    return value.text();
}

std::int64_t ObjectReader::time(std::string_view name, bool required) {
    const json::Field value = field(name);
    if (!value.given()) {
        if (required) complain(Code::contract_missing_field, name, "is missing");
        return 0;
    }
    const auto parsed = parse_timestamp(value.text());
    if (!parsed) complain(Code::contract_wrong_type, name, "is not an ISO-8601 time");
    return parsed.value_or(0);
}

std::optional<Error> document_error(const json::Document& document) {
    switch (document.fault()) {
        case json::Fault::none:
            break;
        case json::Fault::too_large:
            return Error(Code::reply_too_large, "body: is larger than accepted");
        case json::Fault::too_deep:
            return Error(Code::contract_too_deep, "body: is nested more than 32 levels deep");
        case json::Fault::not_json:
            return Error(Code::contract_not_json, "body: is not JSON");
        case json::Fault::truncated:
            return Error(Code::reply_truncated, "body: ends in the middle of the JSON text");
        case json::Fault::malformed:
            return Error(Code::contract_malformed, "body: is malformed JSON");
    }
    if (document.object()) return std::nullopt;
    return Error(Code::contract_wrong_type, "body: is not a JSON object");
}

std::optional<Error> duplicate_error(const json::Object& object, std::string_view prefix) {
    const auto fault = json::key_fault(object);
    if (!fault) return std::nullopt;
    if (fault->too_many) {
        return Error(Code::contract_malformed,
                     std::string(prefix) + "an object has too many members");
    }
    const std::string name(clean_field(fault->key));
    const std::string shown = name.empty() ? "a key" : std::string(prefix) + name;
    return Error(Code::contract_duplicate_key, shown + ": stands there twice");
}

}  // namespace credit

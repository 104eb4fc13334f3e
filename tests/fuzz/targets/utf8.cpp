// UTF-8, against the table of RFC 3629, and everything that decides by code point.
#include <string>

#include "core/http/redact.h"
#include "core/http/text.h"
#include "core/platform_api/contract.h"
#include "core/platform_api/token_rules.h"
#include "tests/fuzz/support/json_oracle.h"
#include "tests/fuzz/support/secrets.h"
#include "tests/fuzz/support/target.h"
#include "tests/fuzz/support/utf8_oracle.h"

namespace credit::fuzz {
namespace {

void check_decoder(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Decoded expected = decode_utf8(text.substr(at));
        const std::size_t before = at;
        const auto got = text::next_code_point(text, at);
        FUZZ_CHECK(got.has_value() == expected.valid);
        FUZZ_CHECK(at == before + (expected.valid ? expected.bytes : 1));
        if (got) FUZZ_CHECK(*got == expected.value);
    }
}

bool valid(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Decoded decoded = decode_utf8(text.substr(at));
        if (!decoded.valid) return false;
        at += decoded.bytes;
    }
    return true;
}

// As a name inside a reply: what is no UTF-8 is no JSON, and what is kept is printable.
void check_in_json(std::string_view text) {
    SecretBuffer body;
    body.append(R"({"data":{"journeyID":"j-1","status":")");
    body.append(text);
    body.append(R"("}})");
    const Result<Journey> journey = parse_journey(body);
    if (!journey.ok()) return check_error(journey.error());
    FUZZ_CHECK(valid(text));
    FUZZ_CHECK(is_printable_utf8(journey.value().status));
    const auto json = read_json(body.view());
    if (!json || json->duplicates) return;
    const nlohmann::json* data = object_at(json->value, "data");
    const std::string* status = data == nullptr ? nullptr : text_at(*data, "status");
    if (status != nullptr) FUZZ_CHECK(*status == journey.value().status);
}

}  // namespace

CREDIT_FUZZ_TARGET(utf8) {
    check_decoder(input);
    const bool borrower = check_borrower_id(input).ok();
    FUZZ_CHECK(!borrower || (valid(input) && is_printable_utf8(input)));
    for (const std::size_t limit : {std::size_t{0}, std::size_t{5}, std::size_t{512}}) {
        const std::string out = redact(input, limit);
        FUZZ_CHECK(out.size() <= limit && is_printable_utf8(out));
    }
    check_in_json(input);
}

}  // namespace credit::fuzz

// Reads the members of one object, keeps the first fault with the member's full name, and forgives
// what the caller says may be forgiven.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/fixed_text.h"
#include "core/platform_api/json.h"

namespace credit {

class ObjectReader {
  public:
    using Prefix = FixedText<64>;
    // `prefix` stands before names in messages: "data.".
    ObjectReader(const json::Object& object, const Prefix& prefix, bool lenient);

    json::Field field(std::string_view name) const noexcept { return {object_, name}; }

    // A string that must be there. Null counts as missing.
    std::string_view required_text(std::string_view name);
    // A bounded string for keeps: no control characters. Empty when missing, null, or forgiven. Lives as long as the
    // document.
    std::string_view optional_text(std::string_view name);
    // A time: 0 when missing (and not `required`) or forgiven.
    std::int64_t time(std::string_view name, bool required);

    void fail(Code code, std::string_view name, std::string_view why);
    // Not recorded in lenient mode.
    void complain(Code code, std::string_view name, std::string_view why);
    void adopt(Error error);

    bool ok() const noexcept { return !error_; }
    const std::optional<Error>& error() const noexcept { return error_; }
    std::string name_of(std::string_view name) const { return prefix_.str() + std::string(name); }
    // Of an object that stands in this one.
    Prefix prefix_of(std::string_view name) const noexcept;
    bool lenient() const noexcept { return lenient_; }

  private:
    json::Object object_;
    Prefix prefix_;
    bool lenient_;
    std::optional<Error> error_;
};

// The fault of a document as an Error, or nothing: size, depth, syntax, not an object.
std::optional<Error> document_error(const json::Document& document);
// contract_duplicate_key when `object` repeats a key, contract_malformed when it has too many to tell.
std::optional<Error> duplicate_error(const json::Object& object, std::string_view prefix);

}  // namespace credit

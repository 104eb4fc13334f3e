#include "core/platform_api/json.h"

#include <algorithm>
#include <new>
#include <vector>

#include "core/base/arena.h"
#include "core/platform_api/contract.h"

namespace credit::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMinCapacity = 64;

bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Some servers put a byte order mark before JSON; RFC 8259 lets a reader skip it.
std::string_view without_mark(std::string_view text) noexcept {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    return text;
}

char first_character(std::string_view text) noexcept {
    const auto at = std::find_if_not(text.begin(), text.end(), is_blank);
    return at == text.end() ? '\0' : *at;
}

// A text that begins as an object and ends inside a string or before the last bracket.
bool ends_early(std::string_view text) noexcept {
    bool in_string = false;
    long depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string && c == '\\') {
            ++i;
        } else if (c == '"') {
            in_string = !in_string;
        } else if (!in_string && (c == '{' || c == '[')) {
            ++depth;
        } else if (!in_string && (c == '}' || c == ']')) {
            --depth;
        }
    }
    return in_string || depth > 0;
}

// What simdjson's document::allocate() gives its string buffer.
std::size_t string_buffer_bytes(std::size_t capacity) noexcept {
    return SIMDJSON_ROUNDUP_N(5 * capacity / 3 + simdjson::SIMDJSON_PADDING, 64);
}

Kind kind_of(const Value& value) noexcept {
    switch (value.type()) {
        case simdjson::dom::element_type::STRING:
            return Kind::string;
        case simdjson::dom::element_type::BOOL:
            return Kind::boolean;
        case simdjson::dom::element_type::OBJECT:
            return Kind::object;
        case simdjson::dom::element_type::ARRAY:
            return Kind::array;
        case simdjson::dom::element_type::NULL_VALUE:
            return Kind::null;
        default:
            return Kind::number;
    }
}

}  // namespace

Document::Document(std::string_view text, std::size_t max_bytes) {
    text = without_mark(text);
    fault_ = text.size() > max_bytes ? Fault::too_large : parse(text);
}

void Document::LentStrings::lend(std::size_t bytes) {
    document_.string_buf.reset(static_cast<std::uint8_t*>(arena::allocate(bytes)));
    bytes_ = bytes;
}

Document::LentStrings::~LentStrings() {
    if (bytes_ != 0) arena::release(document_.string_buf.release(), bytes_);
}

Fault Document::parse(std::string_view text) {
    const char first = first_character(text);
    if (first == '\0') return Fault::not_json;
    padded_.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    padded_.append(text);
    padded_.resize(text.size() + simdjson::SIMDJSON_PADDING);

    const std::size_t capacity = std::max(text.size(), kMinCapacity);
    // simdjson counts the document itself as a level.
    if (parser_.allocate(capacity, kMaxJsonDepth + 1) != simdjson::SUCCESS ||
        document_.allocate(capacity) != simdjson::SUCCESS) {
        throw std::bad_alloc();
    }
    strings_.lend(string_buffer_bytes(capacity));

    Value root;
    const auto error =
        parser_.parse_into_document(document_, padded_.data(), text.size(), false).get(root);
    if (error == simdjson::SUCCESS) {
        root_ = root;
        return Fault::none;
    }
    if (error == simdjson::MEMALLOC) throw std::bad_alloc();
    if (error == simdjson::DEPTH_ERROR) return Fault::too_deep;
    if (first != '{' && first != '[') return Fault::not_json;
    return ends_early(text) ? Fault::truncated : Fault::malformed;
}

std::optional<Object> Document::object() const noexcept {
    Object out;
    if (!root_ || root_->get_object().get(out) != simdjson::SUCCESS) return std::nullopt;
    return out;
}

std::optional<std::string_view> duplicate_key(const Object& object) {
    std::vector<std::string_view> keys;
    for (const simdjson::dom::key_value_pair member : object)
        keys.push_back(member.key);
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice == keys.end()) return std::nullopt;
    return *twice;
}

Field::Field(const Object& parent, std::string_view name) noexcept {
    if (parent.at_key(name).get(value_) == simdjson::SUCCESS) kind_ = kind_of(value_);
}

std::string_view Field::text() const noexcept {
    std::string_view out;
    return kind_ == Kind::string && value_.get(out) == simdjson::SUCCESS ? out : std::string_view{};
}

bool Field::truth() const noexcept {
    bool out = false;
    return kind_ == Kind::boolean && value_.get(out) == simdjson::SUCCESS && out;
}

std::optional<Object> Field::object() const noexcept {
    Object out;
    if (kind_ != Kind::object || value_.get(out) != simdjson::SUCCESS) return std::nullopt;
    return out;
}

simdjson::dom::array Field::array() const noexcept {
    simdjson::dom::array out;
    if (kind_ != Kind::array || value_.get(out) != simdjson::SUCCESS) return {};
    return out;
}

}  // namespace credit::json

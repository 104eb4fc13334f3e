#include "core/platform_api/json.h"

#include <algorithm>
#include <array>
#include <new>

#include "core/base/check.h"
#include "core/platform_api/contract.h"

namespace credit::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::size_t kMinCapacity = 64;
// Of one object that is read; the platform's have about ten.
constexpr std::size_t kMaxMembers = 512;

// simdjson chooses the code for this processor at its first use, in functions that cannot say that there is no memory for
// it and end the process instead. So that is done when the library is loaded.
[[maybe_unused]] const bool code_is_chosen = !simdjson::get_active_implementation()->name().empty();

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

Document::Room Document::make_room(std::size_t capacity,
                                   void (SecretBuffer::*reserve)(std::size_t)) {
    Room room;
    (room.padded.*reserve)(capacity + simdjson::SIMDJSON_PADDING);
    (room.strings.*reserve)(string_buffer_bytes(capacity));
    room.capacity = capacity;
    return room;
}

void Document::make_parser(std::size_t capacity) {
    // simdjson counts the document itself as a level.
    if (parser_.allocate(capacity, kMaxJsonDepth + 1) != simdjson::SUCCESS ||
        document_.allocate(capacity) != simdjson::SUCCESS) {
        throw std::bad_alloc();
    }
    document_.string_buf.reset();  // ours is lent instead
}

void Document::reserve(std::size_t usual, std::size_t largest) {
    usual_ = make_room(usual, &SecretBuffer::reserve);
    large_ = make_room(largest, &SecretBuffer::reserve_outside);
    make_parser(largest);
}

Document::Room& Document::room_for(std::size_t bytes) {
    if (bytes <= usual_.capacity) return usual_;
    if (bytes <= large_.capacity) return large_;
    const std::size_t capacity = std::max(bytes, kMinCapacity);
    usual_ = make_room(capacity, &SecretBuffer::reserve);
    make_parser(capacity);
    return usual_;
}

void Document::read(std::string_view text, std::size_t max_bytes) {
    CREDIT_CHECK(!root_ && fault_ == Fault::none);
    text = without_mark(text);
    fault_ = text.size() > max_bytes ? Fault::too_large : parse(text);
}

void Document::LentStrings::lend(SecretBuffer& strings) noexcept {
    document_.string_buf.release();
    strings.expose();
    document_.string_buf.reset(reinterpret_cast<std::uint8_t*>(strings.data()));
}

Fault Document::parse(std::string_view text) {
    const char first = first_character(text);
    if (first == '\0') return Fault::not_json;
    Room& room = room_for(text.size());
    room.padded.append(text);
    room.padded.resize(text.size() + simdjson::SIMDJSON_PADDING);
    strings_.lend(room.strings);

    Value root;
    const auto error =
        parser_.parse_into_document(document_, room.padded.data(), text.size(), false).get(root);
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

std::optional<KeyFault> key_fault(const Object& object) {
    std::array<std::string_view, kMaxMembers> keys;
    std::size_t count = 0;
    for (const simdjson::dom::key_value_pair member : object) {
        if (count == keys.size()) return KeyFault{true, {}};
        keys[count++] = member.key;
    }
    const auto end = keys.begin() + static_cast<std::ptrdiff_t>(count);
    std::sort(keys.begin(), end);
    const auto twice = std::adjacent_find(keys.begin(), end);
    if (twice == end) return std::nullopt;
    return KeyFault{false, *twice};
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

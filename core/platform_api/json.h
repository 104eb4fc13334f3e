// JSON of replies, read strictly. The only header that knows simdjson; nothing outside this folder
// includes it (a test that does must link simdjson too: the layout of its classes depends on its
// definitions).
#pragma once

// Error codes only: what throws is not even declared.
#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <optional>
#include <string_view>

#include "core/base/secret.h"

namespace credit::json {

using Object = simdjson::dom::object;
using Value = simdjson::dom::element;

enum class Fault { none, too_large, too_deep, not_json, truncated, malformed };

// One parsed text. Everything it copies of the text lies in the secret arena and is wiped with it:
// the padded input, and simdjson's string buffer, which holds every unescaped string, tokens
// included. What cannot be reached are the registers and the 64-byte stack block through which
// simdjson reads the end of its input. Its tape and its index of the structure hold offsets and
// numbers only. A document serves one text, so that nothing of it stays behind.
class Document {
  public:
    Document() = default;
    Document(std::string_view text, std::size_t max_bytes) { read(text, max_bytes); }
    ~Document() = default;
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    // Takes the memory for a text of up to `largest` bytes; one of up to `usual` bytes will lie in the arena. Throws
    // std::bad_alloc.
    void reserve(std::size_t usual, std::size_t largest);
    // Once. Throws std::bad_alloc, but not after reserve() for as much.
    void read(std::string_view text, std::size_t max_bytes);

    Fault fault() const noexcept { return fault_; }
    // The top level; nothing for a fault or a text that is no object.
    std::optional<Object> object() const noexcept;
    std::optional<Value> value() const noexcept { return root_; }

  private:
    // Where the text of one document is kept.
    struct Room {
        std::size_t capacity = 0;
        SecretBuffer padded;
        SecretBuffer strings;
    };
    // Lends simdjson's document a string buffer of ours and takes it back before the document frees it.
    class LentStrings {
      public:
        explicit LentStrings(simdjson::dom::document& document) noexcept : document_(document) {}
        ~LentStrings() { document_.string_buf.release(); }
        LentStrings(const LentStrings&) = delete;
        LentStrings& operator=(const LentStrings&) = delete;
        void lend(SecretBuffer& strings) noexcept;

      private:
        simdjson::dom::document& document_;
    };

    static Room make_room(std::size_t capacity, void (SecretBuffer::*reserve)(std::size_t));
    void make_parser(std::size_t capacity);
    Room& room_for(std::size_t bytes);
    Fault parse(std::string_view text);

    Room usual_;
    Room large_;
    simdjson::dom::parser parser_;
    simdjson::dom::document document_;
    LentStrings strings_{document_};  // after the document and the rooms: goes first
    std::optional<Value> root_;
    Fault fault_ = Fault::none;
};

// Why the members of an object are not to be trusted: a key that stands there more than once, after unescaping, or
// more members than can be looked through without memory. The view lives as long as the document.
struct KeyFault {
    bool too_many = false;
    std::string_view key;
};
std::optional<KeyFault> key_fault(const Object& object);

enum class Kind { absent, null, string, boolean, object, array, number };

// One member of an object, whatever it is.
class Field {
  public:
    Field(const Object& parent, std::string_view name) noexcept;

    Kind kind() const noexcept { return kind_; }
    bool given() const noexcept { return kind_ != Kind::absent && kind_ != Kind::null; }
    std::string_view text() const noexcept;         // kind string, else empty
    bool truth() const noexcept;                    // kind boolean, else false
    std::optional<Object> object() const noexcept;  // kind object
    simdjson::dom::array array() const noexcept;    // kind array

  private:
    Value value_;
    Kind kind_ = Kind::absent;
};

}  // namespace credit::json

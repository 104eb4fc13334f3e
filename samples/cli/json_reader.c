#include "json_reader.h"

#include <stdlib.h>
#include <string.h>

static const credit_str kAbsent = {NULL, 0};

static size_t skip_space(credit_str json, size_t at) {
    while (at < json.size && strchr(" \t\r\n", json.data[at]) != NULL && json.data[at] != '\0')
        ++at;
    return at;
}

static size_t skip_string(credit_str json, size_t at) {
    for (++at; at < json.size; ++at) {
        if (json.data[at] == '\\') {
            ++at;
        } else if (json.data[at] == '"') {
            return at + 1;
        }
    }
    return json.size;
}

/* The end of the value that begins at `at`. */
static size_t skip_value(credit_str json, size_t at) {
    size_t depth = 0;
    while (at < json.size) {
        char c = json.data[at];
        if (c == '"') {
            at = skip_string(json, at);
            if (depth == 0) return at;
            continue;
        }
        if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            if (depth == 0) return at;
            if (--depth == 0) return at + 1;
        } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            return at;
        }
        ++at;
    }
    return json.size;
}

static credit_str slice(credit_str json, size_t from, size_t to) {
    return (credit_str){json.data + from, to - from};
}

credit_str json_member(credit_str json, const char* key) {
    size_t at = skip_space(json, 0);
    if (at >= json.size || json.data[at] != '{') return kAbsent;
    at = skip_space(json, at + 1);
    while (at < json.size && json.data[at] == '"') {
        size_t name_end = skip_string(json, at);
        if (name_end < at + 2) return kAbsent;
        credit_str name = slice(json, at + 1, name_end - 1);
        at = skip_space(json, name_end);
        if (at >= json.size || json.data[at] != ':') return kAbsent;
        at = skip_space(json, at + 1);
        size_t end = skip_value(json, at);
        if (str_equals(name, key)) return slice(json, at, end);
        at = skip_space(json, end);
        if (at >= json.size || json.data[at] != ',') return kAbsent;
        at = skip_space(json, at + 1);
    }
    return kAbsent;
}

credit_str json_element(credit_str array, size_t* at) {
    size_t from = skip_space(array, *at);
    if (*at == 0) {
        if (from >= array.size || array.data[from] != '[') return kAbsent;
    } else if (from >= array.size || array.data[from] != ',') {
        return kAbsent;
    }
    from = skip_space(array, from + 1);
    size_t end = skip_value(array, from);
    *at = end;
    return slice(array, from, end);
}

static void add_utf8(struct buffer* out, uint32_t point) {
    char bytes[4];
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size; i-- > 1; point >>= 6)
        bytes[i] = (char)(0x80 | (point & 0x3F));
    bytes[0] = (char)(leads[size] | point);
    buffer_add(out, bytes, size);
}

static int read_unit(credit_str text, size_t at, uint32_t* unit) {
    char digits[5] = "";
    char* end = NULL;
    if (at + 6 > text.size || text.data[at] != '\\' || text.data[at + 1] != 'u') return 0;
    memcpy(digits, text.data + at + 2, 4);
    *unit = (uint32_t)strtoul(digits, &end, 16);
    return end == digits + 4;
}

/* Returns how many bytes of the escape sequence at `at` were used. */
static size_t add_unescaped(credit_str text, size_t at, struct buffer* out) {
    uint32_t unit = 0;
    uint32_t low = 0;
    if (read_unit(text, at, &unit)) {
        int pair = unit >= 0xD800 && unit < 0xDC00 && read_unit(text, at + 6, &low) &&
                   low >= 0xDC00 && low < 0xE000;
        if (pair) unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        if (!pair && unit >= 0xD800 && unit < 0xE000) unit = 0xFFFD;
        add_utf8(out, unit);
        return pair ? 12 : 6;
    }
    if (at + 1 >= text.size) return 1;
    char c = text.data[at + 1];
    static const char kLetters[] = "bfnrt";
    const char* found = c == '\0' ? NULL : strchr(kLetters, c);
    buffer_add(out, found == NULL ? &c : &"\b\f\n\r\t"[found - kLetters], 1);
    return 2;
}

void json_unquote(credit_str value, struct buffer* out) {
    if (value.size < 2 || value.data[0] != '"') {
        if (!str_equals(value, "null")) buffer_str(out, value);
        return;
    }
    credit_str text = slice(value, 1, value.size - 1);
    for (size_t at = 0; at < text.size;) {
        if (text.data[at] == '\\') {
            at += add_unescaped(text, at, out);
        } else {
            buffer_add(out, text.data + at++, 1);
        }
    }
}

int64_t json_integer(credit_str value, int64_t otherwise) {
    char digits[24];
    char* end = NULL;
    if (value.size == 0 || value.size >= sizeof digits) return otherwise;
    memcpy(digits, value.data, value.size);
    digits[value.size] = '\0';
    long long number = strtoll(digits, &end, 10);
    return *end == '\0' ? number : otherwise;
}

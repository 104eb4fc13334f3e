#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kExitLibrary = 9 };

void* must_allocate(size_t size) {
    void* memory = calloc(1, size == 0 ? 1 : size);
    if (memory == NULL) {
        fputs("credit-cli: out of memory\n", stderr);
        exit(kExitLibrary);
    }
    return memory;
}

char* must_copy(credit_str text) {
    char* copy = must_allocate(text.size + 1);
    if (text.size > 0) memcpy(copy, text.data, text.size);
    return copy;
}

void wipe(void* data, size_t size) {
    volatile unsigned char* bytes = data;
    for (size_t i = 0; i < size; ++i)
        bytes[i] = 0;
}

void buffer_add(struct buffer* buffer, const char* data, size_t size) {
    if (size > SIZE_MAX / 4 - buffer->size) abort();
    if (buffer->size + size + 1 > buffer->capacity) {
        size_t capacity = (buffer->size + size + 1) * 2;
        char* grown = must_allocate(capacity);
        if (buffer->size > 0) memcpy(grown, buffer->data, buffer->size);
        if (buffer->data != NULL) wipe(buffer->data, buffer->size);
        free(buffer->data);
        buffer->data = grown;
        buffer->capacity = capacity;
    }
    if (size > 0) memcpy(buffer->data + buffer->size, data, size);
    buffer->size += size;
    buffer->data[buffer->size] = '\0';
}

void buffer_text(struct buffer* buffer, const char* text) {
    buffer_add(buffer, text, strlen(text));
}

void buffer_str(struct buffer* buffer, credit_str text) {
    buffer_add(buffer, text.data, text.size);
}

void buffer_number(struct buffer* buffer, int64_t number) {
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%" PRId64, number);
    buffer_add(buffer, digits, (size_t)size);
}

void buffer_free(struct buffer* buffer) {
    if (buffer->data != NULL) wipe(buffer->data, buffer->size);
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

/* How many bytes the well-formed UTF-8 character at `at` has; 0: none is there. */
static size_t utf8_size(const unsigned char* at, size_t left) {
    unsigned char first = at[0];
    if (first < 0x80) return 1;
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || left < size) return 0;
    for (size_t i = 1; i < size; ++i) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    if (first == 0xE0 && at[1] < 0xA0) return 0; /* overlong */
    if (first == 0xED && at[1] > 0x9F) return 0; /* a surrogate */
    if (first == 0xF0 && at[1] < 0x90) return 0; /* overlong */
    if (first == 0xF4 && at[1] > 0x8F) return 0; /* above U+10FFFF */
    return size;
}

static void add_escaped_ascii(struct buffer* buffer, unsigned char c) {
    char escaped[8];
    const char* shorts = "\"\\\b\f\n\r\t";
    const char* found = c == 0 ? NULL : strchr(shorts, c);
    if (found != NULL) {
        escaped[0] = '\\';
        escaped[1] = "\"\\bfnrt"[found - shorts];
        buffer_add(buffer, escaped, 2);
    } else if (c < 0x20 || c == 0x7F) {
        snprintf(escaped, sizeof escaped, "\\u%04x", c);
        buffer_add(buffer, escaped, 6);
    } else {
        escaped[0] = (char)c;
        buffer_add(buffer, escaped, 1);
    }
}

void buffer_json_string(struct buffer* buffer, credit_str text) {
    const unsigned char* bytes = (const unsigned char*)text.data;
    buffer_text(buffer, "\"");
    for (size_t i = 0; i < text.size;) {
        size_t size = utf8_size(bytes + i, text.size - i);
        if (size == 1) {
            add_escaped_ascii(buffer, bytes[i]);
        } else if (size == 0) {
            buffer_text(buffer, "\\ufffd");
        } else {
            buffer_add(buffer, text.data + i, size);
        }
        i += size == 0 ? 1 : size;
    }
    buffer_text(buffer, "\"");
}

void buffer_json_line(struct buffer* buffer, credit_str json) {
    size_t from = buffer->size;
    buffer_str(buffer, json);
    for (size_t i = from; i < buffer->size; ++i) {
        if (buffer->data[i] == '\n' || buffer->data[i] == '\r') buffer->data[i] = ' ';
    }
}

void buffer_time(struct buffer* buffer, int64_t at_ms) {
    int64_t rest = at_ms % 1000;
    if (rest < 0) rest += 1000;
    time_t seconds = (time_t)((at_ms - rest) / 1000);
    struct tm utc;
    char text[64];
    if (gmtime_r(&seconds, &utc) == NULL ||
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc) == 0) {
        buffer_number(buffer, at_ms);
        return;
    }
    buffer_text(buffer, text);
    snprintf(text, sizeof text, ".%03dZ", (int)rest);
    buffer_text(buffer, text);
}

void buffer_printable(struct buffer* buffer, credit_str text, int keep_line_breaks) {
    size_t from = buffer->size;
    buffer_str(buffer, text);
    for (size_t i = from; i < buffer->size; ++i) {
        unsigned char c = (unsigned char)buffer->data[i];
        int kept = keep_line_breaks && (c == '\n' || c == '\t');
        if ((c < 0x20 && !kept) || c == 0x7F) buffer->data[i] = '?';
    }
}

credit_str str_of(const char* text) {
    credit_str str = {text, text == NULL ? 0 : strlen(text)};
    return str;
}

int str_equals(credit_str a, const char* b) {
    return a.size == strlen(b) && (a.size == 0 || memcmp(a.data, b, a.size) == 0);
}

int64_t monotonic_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int read_all(int fd, size_t limit, struct buffer* out) {
    char chunk[4096];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got > 0) buffer_add(out, chunk, (size_t)got);
        wipe(chunk, sizeof chunk);
        if (out->size > limit) {
            errno = EFBIG;
            return -1;
        }
        if (got == 0) return 0;
    }
}

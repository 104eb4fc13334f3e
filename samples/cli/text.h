/* Small things about memory, text and time that C does not bring along. */
#ifndef CREDIT_CLI_TEXT_H
#define CREDIT_CLI_TEXT_H

#include <credit/credit.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A growing text, always followed by a NUL once something was added. */
struct buffer {
    char* data;
    size_t size;
    size_t capacity;
};

void buffer_add(struct buffer* buffer, const char* data, size_t size);
void buffer_text(struct buffer* buffer, const char* text);
void buffer_str(struct buffer* buffer, credit_str text);
void buffer_number(struct buffer* buffer, int64_t number);
/* Quoted and escaped; bytes that are no UTF-8 become U+FFFD, so the output is always JSON. */
void buffer_json_string(struct buffer* buffer, credit_str text);
/* Raw JSON of somebody else on one line: line breaks outside strings are white space. */
void buffer_json_line(struct buffer* buffer, credit_str json);
/* As ISO 8601 in UTC with milliseconds. */
void buffer_time(struct buffer* buffer, int64_t at_ms);
/* Without control characters: what a server sent must not steer a terminal. */
void buffer_printable(struct buffer* buffer, credit_str text, int keep_line_breaks);
/* Wipes too: buffers may hold tokens. */
void buffer_free(struct buffer* buffer);

credit_str str_of(const char* text); /* NULL gives the empty string */
int str_equals(credit_str a, const char* b);

void* must_allocate(size_t size);
char* must_copy(credit_str text);
/* Overwrites in a way the compiler may not drop. */
void wipe(void* data, size_t size);

int64_t monotonic_ms(void);
/* Reads at most `limit` bytes up to the end of the file; 0, or -1 with errno (EFBIG: more). */
int read_all(int fd, size_t limit, struct buffer* out);

#endif

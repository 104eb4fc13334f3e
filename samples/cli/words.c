#include "words.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* 1: something was read or the input ended, 0: interrupted. */
static int read_more(struct line_reader* reader) {
    char chunk[4096];
    for (;;) {
        struct pollfd fds[2] = {{.fd = reader->fd, .events = POLLIN},
                                {.fd = reader->stop_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return 0;
        }
        if (fds[1].revents != 0) return 0;
        ssize_t got = read(reader->fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) {
            reader->ended = 1;
        } else {
            buffer_add(&reader->pending, chunk, (size_t)got);
        }
        wipe(chunk, sizeof chunk);
        return 1;
    }
}

/* Lines may hold tokens: what was handled is overwritten. */
static void drop_taken(struct line_reader* reader) {
    struct buffer* pending = &reader->pending;
    size_t left = pending->size - reader->taken;
    if (reader->taken == 0) return;
    memmove(pending->data, pending->data + reader->taken, left);
    wipe(pending->data + left, pending->size - left);
    pending->size = left;
    reader->taken = 0;
}

enum line_result line_next(struct line_reader* reader, char** line) {
    drop_taken(reader);
    for (;;) {
        struct buffer* pending = &reader->pending;
        char* end = pending->size == 0 ? NULL : memchr(pending->data, '\n', pending->size);
        if (end == NULL && reader->ended) {
            if (pending->size == 0) return kLineEnd;
            buffer_text(pending, "\n");
            continue;
        }
        if (end != NULL) {
            *end = '\0';
            reader->taken = (size_t)(end - pending->data) + 1;
            *line = pending->data;
            return kLine;
        }
        if (pending->size > kMaxLine) return kLineTooLong;
        if (!read_more(reader)) return kLineInterrupted;
    }
}

void line_free(struct line_reader* reader) {
    buffer_free(&reader->pending);
}

static int is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

/* Unquotes the word that begins at `from` to `*to`; returns where it ended, NULL: a quote is open.
 */
static char* take_word(char* from, char** to) {
    char quote = '\0';
    for (; *from != '\0' && (quote != '\0' || !is_space(*from)); ++from) {
        if (quote == '\0' && (*from == '\'' || *from == '"')) {
            quote = *from;
        } else if (quote != '\0' && *from == quote) {
            quote = '\0';
        } else {
            if (*from == '\\' && quote != '\'' && from[1] != '\0') ++from;
            *(*to)++ = *from;
        }
    }
    return quote == '\0' ? from : NULL;
}

int words_split(char* line, char* words[kMaxWords]) {
    int count = 0;
    char* at = line;
    for (;;) {
        while (is_space(*at))
            ++at;
        if (*at == '\0' || *at == '#') return count;
        if (count == kMaxWords) return -1;
        char* to = at;
        words[count++] = at;
        char* end = take_word(at, &to);
        if (end == NULL) return -1;
        int last = *end == '\0';
        *to = '\0'; /* may overwrite the separator, so it was looked at before */
        if (last) return count;
        at = end + 1;
    }
}

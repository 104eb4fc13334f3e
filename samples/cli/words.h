/* Lines of commands, as `run` reads them. */
#ifndef CREDIT_CLI_WORDS_H
#define CREDIT_CLI_WORDS_H

#include "text.h"

enum { kMaxWords = 48, kMaxLine = 1024 * 1024 };

struct line_reader {
    int fd;
    int stop_fd; /* readable: stop; -1: none */
    struct buffer pending;
    size_t taken; /* of pending, by the line handed out last */
    int ended;
};

enum line_result { kLine, kLineEnd, kLineInterrupted, kLineTooLong };

/* The next line without its end, to be changed in place, valid until the next call. */
enum line_result line_next(struct line_reader* reader, char** line);
void line_free(struct line_reader* reader);

/* Splits in place like a shell does: white space, 'single', "double" quotes and \ outside of single
 * ones. Returns the number of words, or -1: a quote is open or there are too many. */
int words_split(char* line, char* words[kMaxWords]);

#endif

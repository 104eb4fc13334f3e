/* SIGINT and SIGTERM as an orderly end of `watch` and `run`: a thread of its own waits for them,
 * makes interrupt_fd() readable and closes the session, which finishes what is being waited for. */
#ifndef CREDIT_CLI_INTERRUPT_H
#define CREDIT_CLI_INTERRUPT_H

#include <credit/credit.h>

/* Before any other thread exists, so that all of them leave the signals alone. 0, or -1. */
int interrupt_start(void);
/* Readable for ever once a signal came; -1 when not started. */
int interrupt_fd(void);
/* The session to close on a signal; NULL: none. Closes at once if the signal has come already. */
void interrupt_guard(credit_session* session);

#endif

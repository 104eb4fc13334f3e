/* The session's states, one after the other, for a thread that may block. */
#ifndef CREDIT_CLI_STATE_WATCH_H
#define CREDIT_CLI_STATE_WATCH_H

#include <credit/credit.h>

enum state_watch_result { kWatchState, kWatchTimeout, kWatchInterrupted };

struct state_watch;
/* NULL with *code when the SDK refuses. The session must outlive the watch. */
struct state_watch* state_watch_open(credit_session* session, credit_code* code);
/* Waits for the next state; `until_ms` by monotonic_ms(), -1: for ever. */
enum state_watch_result state_watch_next(struct state_watch* watch, int64_t until_ms,
                                         credit_state_info* info);
/* States that were dropped because nobody took them in time. */
uint64_t state_watch_missed(struct state_watch* watch);
void state_watch_close(struct state_watch* watch);

const char* state_name(credit_state state);
/* The n-th property of the header and its name; NULL after the last. */
const char* property_name(size_t index, uint32_t* bit);

#endif

/* One operation of the SDK that this thread waits for: give `&outcome` as the context and the
 * matching function as the callback. */
#ifndef CREDIT_CLI_OUTCOME_H
#define CREDIT_CLI_OUTCOME_H

#include <credit/credit.h>

#include "app.h"
#include "await.h"
#include "output.h"

struct outcome {
    struct await await;
    struct failure failure; /* code CREDIT_OK: it went well */
    credit_token* token;
    credit_response* response;
    credit_journey* journey;
    struct buffer text;
};

#define OUTCOME_INIT {.await = AWAIT_INIT}

void outcome_done(void* context, const credit_error* error);
void outcome_token(void* context, credit_token* token, const credit_error* error);
void outcome_response(void* context, credit_response* response, const credit_error* error);
void outcome_journey(void* context, credit_journey* journey, const credit_error* error);
void outcome_text(void* context, credit_str text, const credit_error* error);

/* `started` is what the function that took the callback returned; waits only if it promised one.
 * 0 when all went well, else the exit code of the failure it printed. */
int outcome_wait(const struct app* app, credit_code started, struct outcome* outcome);
void outcome_release(struct outcome* outcome);

#endif

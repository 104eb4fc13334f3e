#include "outcome.h"

static void take(struct outcome* outcome, const credit_error* error) {
    if (error != NULL) failure_copy(&outcome->failure, error);
    await_finish(&outcome->await);
}

void outcome_done(void* context, const credit_error* error) {
    take(context, error);
}

void outcome_token(void* context, credit_token* token, const credit_error* error) {
    struct outcome* outcome = context;
    outcome->token = credit_token_retain(token);
    take(outcome, error);
}

void outcome_response(void* context, credit_response* response, const credit_error* error) {
    struct outcome* outcome = context;
    outcome->response = credit_response_retain(response);
    take(outcome, error);
}

void outcome_journey(void* context, credit_journey* journey, const credit_error* error) {
    struct outcome* outcome = context;
    outcome->journey = credit_journey_retain(journey);
    take(outcome, error);
}

void outcome_text(void* context, credit_str text, const credit_error* error) {
    struct outcome* outcome = context;
    buffer_str(&outcome->text, text);
    take(outcome, error);
}

int outcome_wait(const struct app* app, credit_code started, struct outcome* outcome) {
    if (started != CREDIT_OK) {
        return app_fail_with(app, started, "the call was refused");
    }
    await_wait(&outcome->await);
    if (outcome->failure.code == CREDIT_OK) return 0;
    return app_fail(app, &outcome->failure);
}

void outcome_release(struct outcome* outcome) {
    credit_token_release(outcome->token);
    credit_response_release(outcome->response);
    credit_journey_release(outcome->journey);
    buffer_free(&outcome->text);
}

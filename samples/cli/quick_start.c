/* The shortest program that keeps a borrower's session: the quick start of the README. */
#include <credit/credit.h>
#include <stdio.h>
#include <stdlib.h>

#include "await.h"

static credit_session* session;
static int worked;

static void on_answer(void* finished, credit_response* response, const credit_error* error) {
    if (response) worked = printf("HTTP %d\n", credit_response_status(response)) > 0;
    if (error) fprintf(stderr, "%s\n", credit_error_message(error).data);
    await_finish(finished);
}

static void on_started(void* finished, const credit_error* error) {
    credit_str path = credit_string("/api/v1/headless/journeys");
    credit_request get = {.struct_size = sizeof get, .method = credit_string("GET"), .path = path};
    if (error || credit_session_send(session, &get, finished, on_answer, NULL) != CREDIT_OK)
        on_answer(finished, NULL, error);
}

int main(void) {
    struct await finished = AWAIT_INIT;
    credit_config* config = NULL;
    credit_error* error = NULL;
    if (credit_config_create(&config) != CREDIT_OK) return 1;
    credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST); /* opening checks them all */
    credit_config_set_platform_url(config, credit_string(getenv("CREDIT_PLATFORM_URL")));
    credit_config_set_partner_url(config, credit_string(getenv("CREDIT_PARTNER_URL")));
    credit_config_set_storage_dir(config, credit_string(getenv("CREDIT_STORAGE_DIR")));
    credit_config_set_storage_passphrase(config,
                                         credit_string(getenv("CREDIT_STORAGE_PASSPHRASE")));
    if (credit_session_open(config, credit_string("borrower-1"), &session, &error) != CREDIT_OK ||
        credit_session_start(session, NULL, &finished, on_started, NULL) != CREDIT_OK)
        on_answer(&finished, NULL, error);
    await_wait(&finished);
    credit_error_release(error);
    credit_session_release(session);
    credit_config_release(config);
    return worked ? 0 : 1;
}

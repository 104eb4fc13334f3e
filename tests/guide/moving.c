/* docs/guide/moving.md as a program: hands in the session that an older version of an app kept in a
 * file, and deletes the file once the SDK's copy is on disk. The exit code is 0 if it is moved. */
#include <credit/credit.h>
#include <stdio.h>
#include <stdlib.h>

#include "samples/cli/await.h"

enum { kMostBytes = 65536, kKeyBytes = 32 };

/* begin */
struct move {
    struct await known, answered, saved, over;
    credit_state_info first; /* that says something */
    credit_code code;
};

static void on_state(void* context, const credit_state_info* now) {
    struct move* move = context;
    if (now->state == CREDIT_STATE_STORAGE_LOCKED) return;
    if (now->state == CREDIT_STATE_LOADING && now->reason == CREDIT_OK) return;
    if (move->first.state == 0) move->first = *now;
    if (now->reason != CREDIT_NO_SESSION && !(now->properties & CREDIT_PROPERTY_UNSAVED))
        await_finish(&move->saved);
    await_finish(&move->known);
}

static void on_last(void* context) {
    await_finish(&((struct move*)context)->over);
}

static void on_answer(void* context, const credit_error* error) {
    struct move* move = context;
    if (error) move->code = credit_error_code(error);
    await_finish(&move->answered);
}

/* CREDIT_OK: the old copy may be deleted. An app with an event loop does the same in callbacks. */
static credit_code move_session(credit_session* session, credit_str old_copy) {
    struct move move = {AWAIT_INIT, AWAIT_INIT, AWAIT_INIT, AWAIT_INIT, {0}, CREDIT_OK};
    credit_observer observer = {sizeof observer, &move, on_state, on_last};
    uint64_t subscription = 0;
    credit_code code = credit_session_subscribe(session, &observer, &subscription);
    if (code != CREDIT_OK) return code;
    await_wait(&move.known);
    if (move.first.state == CREDIT_STATE_LOADING) {
        code = move.first.reason; /* the store cannot be read: another time */
    } else if (move.first.reason == CREDIT_NO_SESSION) {
        code = credit_session_adopt_json(session, old_copy, NULL, &move, on_answer, NULL);
        if (code == CREDIT_OK) await_wait(&move.answered);
        if (code == CREDIT_OK) code = move.code;
    }
    if (code == CREDIT_OK) await_wait(&move.saved);
    if (credit_session_unsubscribe(session, subscription) == CREDIT_OK) await_wait(&move.over);
    return code == CREDIT_STALE_ADOPT ? CREDIT_OK : code;
}
/* end */

static credit_str read_file(const char* path, char* buffer, size_t capacity) {
    FILE* file = fopen(path, "rb");
    size_t size = file ? fread(buffer, 1, capacity, file) : 0;
    if (file) fclose(file);
    return (credit_str){buffer, size};
}

int main(int count, char** words) {
    static char text[kMostBytes];
    credit_config* config = NULL;
    credit_session* session = NULL;
    credit_error* error = NULL;
    credit_str key = credit_string(getenv("CREDIT_STORAGE_KEY_TEXT")); /* for a test's key alone */
    credit_code code = CREDIT_INTERNAL;
    if (count != 2 || credit_config_create(&config) != CREDIT_OK) return 1;
    credit_config_set_environment(config, CREDIT_ENVIRONMENT_TEST);
    credit_config_set_platform_url(config, credit_string(getenv("CREDIT_PLATFORM_URL")));
    credit_config_set_storage_dir(config, credit_string(getenv("CREDIT_STORAGE_DIR")));
    if (key.size == kKeyBytes)
        credit_config_set_storage_key(config, (const uint8_t*)key.data, key.size);
    code = credit_session_open(config, credit_string(getenv("CREDIT_BORROWER")), &session, &error);
    if (code == CREDIT_OK) code = move_session(session, read_file(words[1], text, sizeof text));
    if (code == CREDIT_OK && remove(words[1]) != 0) code = CREDIT_INTERNAL;
    printf("%s\n", credit_code_name(code).data);
    credit_error_release(error);
    credit_session_release(session);
    credit_config_release(config);
    return code == CREDIT_OK ? 0 : 1;
}

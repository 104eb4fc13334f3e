#include "trial_storage.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "text.h"

enum { kMaxRecords = 16 };

/* Decides whether one operation is faulty. */
struct fault_plan {
    credit_store_answer answer;
    int64_t left;           /* faulty operations to come; -1: no limit */
    const char* while_file; /* faulty only while it exists; NULL: always */
};

static int strikes(struct fault_plan* plan) {
    if (plan->left == 0) return 0;
    if (plan->while_file != NULL && access(plan->while_file, F_OK) != 0) return 0;
    if (plan->left > 0) --plan->left;
    return 1;
}

static credit_store_answer answer_of(int fault) {
    switch (fault) {
        case kFaultKeyLocked:
        case kFaultWriteLocked:
            return CREDIT_STORE_LOCKED;
        case kFaultKeyTransient:
        case kFaultWriteTransient:
            return CREDIT_STORE_TRANSIENT;
        case kFaultKeyDenied:
            return CREDIT_STORE_DENIED;
        case kFaultKeyLost:
            return CREDIT_STORE_KEY_LOST;
        default:
            return CREDIT_STORE_FULL;
    }
}

static struct fault_plan plan_of(const struct options* options) {
    struct fault_plan plan = {.answer = answer_of(options->storage_fault),
                              .left = options->storage_fault_count,
                              .while_file = options->storage_fault_until_gone};
    if (plan.left == 0) plan.left = -1;
    return plan;
}

/* ---- the sealing key that cannot be had */

struct key_source {
    pthread_mutex_t mutex;
    struct fault_plan plan;
    uint8_t key[kKeySize];
};

static credit_store_answer fetch_key(void* context, uint8_t* key) {
    struct key_source* source = context;
    credit_store_answer answer = CREDIT_STORE_PRESENT;
    pthread_mutex_lock(&source->mutex);
    if (strikes(&source->plan)) {
        answer = source->plan.answer;
    } else {
        memcpy(key, source->key, kKeySize);
    }
    pthread_mutex_unlock(&source->mutex);
    return answer;
}

static void release_key(void* context) {
    wipe(context, sizeof(struct key_source));
    free(context);
}

static credit_code install_key(credit_config* config, const struct options* options,
                               const struct secrets* secrets) {
    struct key_source* source = must_allocate(sizeof *source);
    pthread_mutex_init(&source->mutex, NULL);
    source->plan = plan_of(options);
    memcpy(source->key, secrets->key, kKeySize);
    credit_sealing_key port = {
        .struct_size = sizeof port, .context = source, .fetch = fetch_key, .release = release_key};
    credit_code code = credit_config_set_sealing_key(config, &port);
    if (code != CREDIT_OK) release_key(source); /* a refused port stays ours */
    return code;
}

/* ---- the store in memory that cannot be written */

struct memory_record {
    char* name;
    struct buffer bytes;
    uint64_t write_seq;
};

struct memory_store {
    pthread_mutex_t mutex;
    struct fault_plan plan;
    struct memory_record records[kMaxRecords];
    size_t count;
};

static struct memory_record* find_record(struct memory_store* store, credit_str name) {
    for (size_t i = 0; i < store->count; ++i) {
        if (str_equals(name, store->records[i].name)) return &store->records[i];
    }
    return NULL;
}

static credit_store_answer load(void* context, credit_str name, credit_sink* sink) {
    struct memory_store* store = context;
    credit_store_answer answer = CREDIT_STORE_ABSENT;
    pthread_mutex_lock(&store->mutex);
    struct memory_record* record = find_record(store, name);
    if (record != NULL && record->bytes.size > 0) {
        credit_code code =
            credit_sink_write(sink, (const uint8_t*)record->bytes.data, record->bytes.size);
        answer = code == CREDIT_OK ? CREDIT_STORE_PRESENT : CREDIT_STORE_TRANSIENT;
    }
    pthread_mutex_unlock(&store->mutex);
    return answer;
}

static credit_store_answer put(struct memory_store* store, credit_str name, const uint8_t* bytes,
                               size_t size, uint64_t write_seq) {
    if (strikes(&store->plan)) return store->plan.answer;
    struct memory_record* record = find_record(store, name);
    if (record == NULL) {
        if (store->count == kMaxRecords) return CREDIT_STORE_FULL;
        record = &store->records[store->count++];
        record->name = must_copy(name);
    }
    if (write_seq <= record->write_seq && record->write_seq != 0) return CREDIT_STORE_DONE;
    buffer_free(&record->bytes);
    buffer_add(&record->bytes, (const char*)bytes, size);
    record->write_seq = write_seq;
    return CREDIT_STORE_DONE;
}

static credit_store_answer replace(void* context, credit_str name, const uint8_t* bytes,
                                   size_t size, uint64_t write_seq) {
    struct memory_store* store = context;
    pthread_mutex_lock(&store->mutex);
    credit_store_answer answer = put(store, name, bytes, size, write_seq);
    pthread_mutex_unlock(&store->mutex);
    return answer;
}

static credit_store_answer erase(void* context, credit_str name) {
    struct memory_store* store = context;
    credit_store_answer answer = CREDIT_STORE_ABSENT;
    pthread_mutex_lock(&store->mutex);
    struct memory_record* record = find_record(store, name);
    if (strikes(&store->plan)) {
        answer = store->plan.answer;
    } else if (record != NULL) {
        buffer_free(&record->bytes);
        record->write_seq = 0;
    }
    pthread_mutex_unlock(&store->mutex);
    return answer;
}

static void release_store(void* context) {
    struct memory_store* store = context;
    for (size_t i = 0; i < store->count; ++i) {
        free(store->records[i].name);
        buffer_free(&store->records[i].bytes);
    }
    free(store);
}

static credit_code install_store(credit_config* config, const struct options* options) {
    struct memory_store* store = must_allocate(sizeof *store);
    pthread_mutex_init(&store->mutex, NULL);
    store->plan = plan_of(options);
    credit_secure_store port = {.struct_size = sizeof port,
                                .context = store,
                                .load = load,
                                .replace = replace,
                                .erase = erase,
                                .release = release_store};
    credit_code code = credit_config_set_secure_store(config, &port);
    if (code != CREDIT_OK) release_store(store);
    return code;
}

int trial_storage_uses_files(const struct options* options) {
    return options->storage_fault <= kFaultKeyLost;
}

credit_code trial_storage_install(credit_config* config, const struct options* options,
                                  const struct secrets* secrets) {
    return trial_storage_uses_files(options) ? install_key(config, options, secrets)
                                             : install_store(config, options);
}

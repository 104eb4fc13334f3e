/* What the doctor found, for people and as one JSON object. */
#include "doctor.h"

static const char* tri_name(enum tri value) {
    return value == kYes ? "yes" : value == kNo ? "no" : "unknown";
}

static void record_tri(struct record* record, const char* key, enum tri value) {
    record_string(record, key, str_of(tri_name(value)));
}

/* How long a spent token is answered; nothing when it is not. */
static void record_spell(struct record* record, const char* at_least, const char* ends_before,
                         const struct spell* spell, int applies) {
    int there = applies && spell->accepted;
    record_number_unless(record, at_least, there ? spell->last_good_s : -1, -1);
    record_number_unless(record, ends_before, there ? spell->first_bad_s : -1, -1);
}

static const char* key_place(const struct findings* found) {
    if (platform_safety(found) == kSafetyReplay && found->keeps_token == kNo)
        return "before authentication";
    if (found->remembers_keys == kYes) return "after authentication";
    return found->remembers_keys == kNo ? "not at all" : "unknown";
}

static void record_levels(struct record* record, const struct findings* found) {
    enum safety level = route_safety(found);
    record_string(record, "crash_safety", str_of(safety_name(level)));
    record_number_unless(record, "grace_s",
                         level == kSafetyGrace ? found->same_key.last_good_s : -1, -1);
    record_string(record, "route",
                  str_of(found->route == CREDIT_REFRESH_PARTNER           ? "partner"
                         : found->route == CREDIT_REFRESH_BACKEND_MANAGED ? "backend"
                                                                          : "platform"));
    /* Whose lost replies the level speaks of: behind a server that keeps the token nothing is seen. */
    record_string(record, "crash_safety_up_to",
                  str_of(found->backend_managed == kYes ? "partner" : "platform"));
    record_string(record, "platform_crash_safety", str_of(safety_name(platform_safety(found))));
    record_string(record, "partner_crash_safety", str_of(safety_name(partner_safety(found))));
}

static void record_refresh(struct record* record, const struct findings* found) {
    enum safety platform = platform_safety(found);
    int replay = platform == kSafetyReplay && found->keeps_token == kNo;
    record_tri(record, "keeps_refresh_token", found->keeps_token);
    record_tri(record, "replays_by_key",
               platform == kSafetyUnknown ? kUnknown
               : replay                   ? kYes
                                          : kNo);
    record_spell(record, "replay_at_least_s", "replay_ends_before_s", &found->same_key, replay);
    record_string(record, "key_looked_at", str_of(key_place(found)));
    int grace =
        found->keeps_token == kNo && (platform == kSafetyGrace || found->other_key.accepted);
    record_tri(record, "grace", platform == kSafetyUnknown ? kUnknown : grace ? kYes : kNo);
    record_spell(record, "grace_at_least_s", "grace_ends_before_s", &found->other_key, grace);
    credit_str gives = {NULL, 0};
    if (grace) gives = str_of(found->other_key.same_tokens ? "the same pair" : "another pair");
    record_text(record, "grace_gives", gives);
    record_tri(record, "reuse_ends_session", found->reuse_ends_session);
    record_tri(record, "refresh_needs_key", found->needs_key);
}

static void record_rest(struct record* record, const struct findings* found) {
    record_tri(record, "old_session_token_lives", found->old_session_token_lives);
    record_tri(record, "second_session_ends_first", found->second_session_ends_first);
    record_tri(record, "platform_timestamp", found->timestamp);
    record_tri(record, "platform_date", found->date);
    record_tri(record, "partner_timestamp", found->partner_timestamp);
    record_tri(record, "partner_date", found->partner_date);
    record_number(record, "clock_ahead_s", found->clock_ahead_s);
    record_tri(record, "backend_managed", found->backend_managed);
    if (found->backend_managed == kYes) {
        record_tri(record, "backend_keeps_session_token", found->backend_keeps_session_token);
        record_tri(record, "backend_repeats_same_token", found->backend_repeats_same);
        record_tri(record, "session_goes_on", found->session_goes_on);
    }
    record_tri(record, "partner_refreshes", found->partner_refreshes);
    record_tri(record, "partner_repeats", found->partner_repeats);
    record_tri(record, "partner_forwards_key", found->partner_forwards_key);
}

static void add_answer_json(struct buffer* out, const struct named_answer* named) {
    const struct answer* answer = &named->answer;
    buffer_text(out, "{\"what\":");
    buffer_json_string(out, str_of(named->what));
    buffer_text(out, ",\"status\":");
    buffer_number(out, answer->status);
    buffer_text(out, ",\"code\":");
    if (answer->code[0] != '\0') {
        buffer_json_string(out, str_of(answer->code));
    } else {
        buffer_text(out, "null");
    }
    buffer_text(out, answer->retryable < 0    ? ",\"retryable\":null"
                     : answer->retryable == 1 ? ",\"retryable\":true"
                                              : ",\"retryable\":false");
    buffer_text(out, answer->envelope ? ",\"envelope\":true}" : ",\"envelope\":false}");
}

static void add_answer_text(struct buffer* out, const struct named_answer* named) {
    const struct answer* answer = &named->answer;
    char line[160];
    snprintf(line, sizeof line, "\n    %-28s %3d %s%s", named->what, answer->status,
             answer->has_pair ? "a pair" : answer->code,
             answer->has_pair || answer->envelope ? "" : " (no envelope of the platform)");
    buffer_printable(out, str_of(line), 1);
}

static void record_answers(struct record* record, const struct findings* found) {
    struct buffer text = {0};
    if (record->json) buffer_text(&text, "[");
    for (size_t i = 0; i < found->answer_count; ++i) {
        if (record->json && i > 0) buffer_text(&text, ",");
        if (record->json) add_answer_json(&text, &found->answers[i]);
        if (!record->json) add_answer_text(&text, &found->answers[i]);
    }
    if (record->json) buffer_text(&text, "]");
    if (text.size > 0) record_raw(record, "answers", (credit_str){text.data, text.size});
    buffer_free(&text);
}

static void record_advice(struct record* record, const struct findings* found) {
    struct buffer text = {0};
    const char* line = NULL;
    if (record->json) buffer_text(&text, "[");
    for (size_t i = 0; (line = advice(found, i)) != NULL; ++i) {
        if (!record->json) buffer_text(&text, "\n    - ");
        if (!record->json) buffer_text(&text, line);
        if (record->json && i > 0) buffer_text(&text, ",");
        if (record->json) buffer_json_string(&text, str_of(line));
    }
    if (record->json) buffer_text(&text, "]");
    if (text.size > 0) record_raw(record, "advice", (credit_str){text.data, text.size});
    buffer_free(&text);
}

void report_print(const struct doctor* doctor) {
    struct record record;
    record_open(&record, doctor->options->json, doctor->app->command, 1);
    record_levels(&record, &doctor->found);
    record_refresh(&record, &doctor->found);
    record_rest(&record, &doctor->found);
    record_answers(&record, &doctor->found);
    record_advice(&record, &doctor->found);
    record_close(&record);
}

/* The requests of the doctor, and what their replies say. */
#include <stdlib.h>
#include <string.h>

#include "doctor.h"
#include "json_reader.h"

static const char kDefaultRefresh[] = "/api/v1/headless/sessions/refresh";
static const char kDefaultJourneys[] = "/api/v1/headless/journeys";
static const char kDefaultSession[] = "/api/credit/session";
static const char kDefaultPartnerRefresh[] = "/api/credit/session/refresh";

static void free_text(char** text) {
    if (*text != NULL) wipe(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

void pair_free(struct pair* pair) {
    free_text(&pair->session);
    free_text(&pair->refresh);
}

void pair_move(struct pair* to, struct pair* from) {
    pair_free(to);
    *to = *from;
    *from = (struct pair){0};
}

static char* url_of(const char* base, const char* path, const char* otherwise) {
    struct buffer url = {0};
    size_t size = strlen(base);
    while (size > 0 && base[size - 1] == '/')
        --size;
    buffer_add(&url, base, size);
    buffer_text(&url, path != NULL ? path : otherwise);
    return url.data; /* no secret: freed as it is */
}

static char* text_member(credit_str object, const char* key) {
    credit_str value = json_member(object, key);
    if (value.size < 2 || value.data[0] != '"') return NULL;
    struct buffer text = {0};
    json_unquote(value, &text);
    char* copy = text.size == 0 ? NULL : must_copy((credit_str){text.data, text.size});
    buffer_free(&text);
    return copy;
}

static credit_str body_of(const struct probe_reply* reply) {
    return (credit_str){reply->body.data, reply->body.size};
}

/* The pair of a platform's envelope, or of the partner's flat shape. */
static int read_pair(credit_str body, struct pair* out) {
    credit_str data = json_member(body, "data");
    if (data.size == 0 || data.data[0] != '{') data = body;
    *out = (struct pair){.session = text_member(data, "sessionToken"),
                         .refresh = text_member(data, "refreshToken")};
    return out->session != NULL;
}

static credit_str envelope_in(credit_str body) {
    if (json_member(body, "requestID").size > 0) return body;
    credit_str details = json_member(body, "details");
    return json_member(details, "requestID").size > 0 ? details : (credit_str){NULL, 0};
}

static struct answer answer_of(const struct probe_reply* reply, struct pair* pair) {
    struct answer answer = {
        .status = reply->status, .retryable = -1, .retry_after_s = reply->retry_after_s};
    credit_str envelope = envelope_in(body_of(reply));
    answer.envelope = envelope.size > 0;
    credit_str error = json_member(envelope, "error");
    char* code = text_member(error, "code");
    if (code != NULL) snprintf(answer.code, sizeof answer.code, "%s", code);
    free(code);
    if (str_equals(json_member(error, "retryable"), "true")) answer.retryable = 1;
    if (str_equals(json_member(error, "retryable"), "false")) answer.retryable = 0;
    int good = reply->status >= 200 && reply->status < 300;
    if (pair != NULL) {
        answer.has_pair = good && read_pair(body_of(reply), pair);
        if (!answer.has_pair) pair_free(pair);
    }
    return answer;
}

/* Sends, with a correlation ID of its own; a reply that did not come is asked for no second time. */
static struct answer send_probe(struct doctor* doctor, struct probe_request* request,
                                struct pair* out, struct probe_reply* keep) {
    struct probe_reply reply;
    char correlation_id[kUuidSize];
    struct pair unused = {0};
    probe_uuid(correlation_id);
    probe_header(request, "X-Correlation-ID", correlation_id);
    probe_send(doctor->options, request, &reply);
    snprintf(reply.correlation_id, sizeof reply.correlation_id, "%s", correlation_id);
    struct answer answer = answer_of(&reply, out != NULL ? out : &unused);
    pair_free(&unused);
    if (reply.status == 0) {
        char message[kMessageSize];
        snprintf(message, sizeof message, "no reply: %s", reply.trouble);
        doctor_give_up(doctor, CREDIT_NETWORK_UNREACHABLE, message);
    }
    if (keep != NULL) {
        *keep = reply;
    } else {
        probe_reply_free(&reply);
    }
    return answer;
}

static char* bearer_of(const char* token) {
    struct buffer text = {0};
    buffer_text(&text, "Bearer ");
    buffer_text(&text, token);
    char* copy = must_copy((credit_str){text.data, text.size});
    buffer_free(&text);
    return copy;
}

static char* token_body(const char* name, const char* token) {
    struct buffer text = {0};
    buffer_text(&text, "{\"");
    buffer_text(&text, name);
    buffer_text(&text, "\":");
    buffer_json_string(&text, str_of(token));
    buffer_text(&text, "}");
    char* copy = must_copy((credit_str){text.data, text.size});
    buffer_free(&text);
    return copy;
}

/* As the SDK would send it with the same options. */
static char* refresh_body(const struct options* options, int in_body, const char* token) {
    switch (options->refresh_body) {
        case CREDIT_BODY_NONE:
            return must_copy(str_of(""));
        case CREDIT_BODY_EMPTY_OBJECT:
            return must_copy(str_of("{}"));
        case CREDIT_BODY_REFRESH_TOKEN:
            return token_body("refreshToken", token);
        case CREDIT_BODY_REFRESH_TOKEN_SNAKE:
            return token_body("refresh_token", token);
        default:
            return in_body ? token_body("refreshToken", token) : must_copy(str_of("{}"));
    }
}

struct refresh_call {
    char* url;
    const char* login; /* the partner's Authorization, or NULL */
    int token_in_body;
    const char* body; /* NULL: with the token, as the options say */
};

static struct answer send_refresh(struct doctor* doctor, struct refresh_call call,
                                  const char* token, const char* key, struct pair* out,
                                  struct probe_reply* keep) {
    const struct options* options = doctor->options;
    struct probe_request request = {.url = call.url};
    char* body = call.body != NULL ? must_copy(str_of(call.body))
                                   : refresh_body(options, call.token_in_body, token);
    char* bearer = bearer_of(token);
    char quoted[kUuidSize + 2];
    request.body = body;
    probe_header(&request, "Content-Type", "application/json");
    if (call.login != NULL) {
        probe_header(&request, "Authorization", call.login);
    } else if (!call.token_in_body) {
        probe_header(&request, "Authorization", bearer);
    }
    if (key != NULL) {
        snprintf(quoted, sizeof quoted, options->quote_idempotency_key ? "\"%s\"" : "%s", key);
        probe_header(&request, "Idempotency-Key", quoted);
    }
    if (options->api_version != NULL)
        probe_header(&request, "X-AL-API-Version", options->api_version);
    struct answer answer = send_probe(doctor, &request, out, keep);
    free_text(&body);
    free_text(&bearer);
    free(call.url);
    return answer;
}

struct answer call_refresh(struct doctor* doctor, const char* token, const char* key,
                           struct pair* out, struct probe_reply* reply) {
    const struct options* options = doctor->options;
    struct refresh_call call = {
        .url = url_of(options->platform_url, options->refresh_path, kDefaultRefresh),
        .token_in_body = options->refresh_carrier == CREDIT_CARRIER_BODY};
    return send_refresh(doctor, call, token, key, out, reply);
}

struct answer call_partner_refresh(struct doctor* doctor, const char* token, const char* key,
                                   struct pair* out) {
    const struct options* options = doctor->options;
    struct refresh_call call = {
        .url = url_of(options->partner_url, options->partner_refresh_path, kDefaultPartnerRefresh),
        .login = doctor->login,
        .token_in_body = 1};
    return send_refresh(doctor, call, token, key, out, NULL);
}

struct answer call_backend_token(struct doctor* doctor, int force, const char* key,
                                 struct pair* out) {
    const struct options* options = doctor->options;
    struct refresh_call call = {
        .url = url_of(options->partner_url, options->partner_refresh_path, kDefaultPartnerRefresh),
        .login = doctor->login,
        .token_in_body = 1,
        .body = force ? "{\"force\":true}" : "{}"};
    return send_refresh(doctor, call, "", key, out, NULL);
}

struct answer call_journeys(struct doctor* doctor, const char* token) {
    const struct options* options = doctor->options;
    char* url = url_of(options->platform_url, options->journeys_path, kDefaultJourneys);
    char* bearer = bearer_of(token);
    struct probe_request request = {.url = url};
    probe_header(&request, "Authorization", bearer);
    struct answer answer = send_probe(doctor, &request, NULL, NULL);
    free_text(&bearer);
    free(url);
    return answer;
}

static struct answer send_mint(struct doctor* doctor, const char* login, struct pair* out,
                               struct probe_reply* keep) {
    const struct options* options = doctor->options;
    char* url = url_of(options->partner_url, options->partner_session_path, kDefaultSession);
    char* body = token_body("borrowerExternalID", doctor->borrower);
    char key[kUuidSize];
    struct probe_request request = {.url = url, .body = body};
    probe_uuid(key);
    probe_header(&request, "Content-Type", "application/json");
    probe_header(&request, "Idempotency-Key", key);
    if (login != NULL) probe_header(&request, "Authorization", login);
    struct answer answer = send_probe(doctor, &request, out, keep);
    free(body);
    free(url);
    return answer;
}

struct answer call_partner_without_login(struct doctor* doctor) {
    return send_mint(doctor, NULL, NULL, NULL);
}

static int mint_failed(struct doctor* doctor, const struct answer* answer) {
    char message[kMessageSize];
    snprintf(message, sizeof message,
             "the partner gave no session for the throw-away borrower: HTTP %d%s%s", answer->status,
             answer->code[0] == '\0' ? "" : " ", answer->code);
    return doctor_give_up(doctor,
                          answer->status == 401 || answer->status == 403
                              ? CREDIT_PARTNER_UNAUTHORIZED
                              : CREDIT_PARTNER_REFUSED,
                          message);
}

/* Partners limit how often a borrower may get a session: what they ask for is waited, three times. */
int call_mint(struct doctor* doctor, struct pair* out, struct probe_reply* keep) {
    enum { kMostTries = 4, kMostWaitS = 65 };
    for (int tries = 1;; ++tries) {
        struct probe_reply reply;
        struct pair pair = {0};
        struct answer answer = send_mint(doctor, doctor->login, &pair, &reply);
        int limited = answer.status == 429 && answer.retry_after_s >= 0 &&
                      answer.retry_after_s <= kMostWaitS && tries < kMostTries;
        char* named = text_member(body_of(&reply), "borrowerExternalID");
        int foreign = named != NULL && strcmp(named, doctor->borrower) != 0;
        free(named);
        if (keep != NULL && answer.has_pair) {
            *keep = reply;
        } else {
            probe_reply_free(&reply);
        }
        if (answer.has_pair && !foreign) {
            pair_move(out, &pair);
            return 0;
        }
        pair_free(&pair);
        if (foreign && answer.has_pair) {
            if (keep != NULL) probe_reply_free(keep);
            return doctor_give_up(doctor, CREDIT_CONTRACT_WRONG_BORROWER,
                                  "the partner gave a session of another borrower than the "
                                  "throw-away one: CREDIT_DOCTOR_AUTH is somebody else's login");
        }
        if (answer.status == 0) return -1;
        if (!limited) return mint_failed(doctor, &answer);
        doctor_wait((int64_t)answer.retry_after_s * 1000 + 1000, "the partner limits new sessions");
    }
}

void note_answer(struct doctor* doctor, const char* what, const struct answer* answer) {
    struct findings* found = &doctor->found;
    if (found->answer_count == kMostAnswers) return;
    found->answers[found->answer_count].what = what;
    found->answers[found->answer_count++].answer = *answer;
}

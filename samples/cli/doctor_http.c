#include "doctor_http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { kMaxReply = 1024 * 1024, kProbeTimeoutMs = 20000, kUuidBytes = 16 };

void probe_uuid(char out[kUuidSize]) {
    unsigned char bytes[kUuidBytes];
    FILE* source = fopen("/dev/urandom", "rb");
    if (source == NULL || fread(bytes, 1, sizeof bytes, source) != sizeof bytes) {
        fputs("credit-cli: the system gives no random bytes\n", stderr);
        exit(9);
    }
    fclose(source);
    bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    size_t at = 0;
    for (size_t i = 0; i < sizeof bytes; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out[at++] = '-';
        snprintf(out + at, 3, "%02x", bytes[i]);
        at += 2;
    }
}

void probe_header(struct probe_request* request, const char* name, const char* value) {
    if (request->header_count == kMostProbeHeaders) abort(); /* a mistake of this program */
    request->headers[request->header_count][0] = name;
    request->headers[request->header_count][1] = value;
    ++request->header_count;
}

static size_t on_body(char* data, size_t one, size_t size, void* context) {
    struct probe_reply* reply = context;
    if (reply->body.size + size > kMaxReply) return 0;
    buffer_add(&reply->body, data, size);
    return one * size;
}

/* The value of `name` if this line has it. */
static int header_value(const char* line, size_t size, const char* name, char* out, size_t room) {
    size_t length = strlen(name);
    if (size <= length || strncasecmp(line, name, length) != 0 || line[length] != ':') return 0;
    const char* value = line + length + 1;
    const char* end = line + size;
    while (value < end && *value == ' ')
        ++value;
    while (end > value && (end[-1] == '\r' || end[-1] == '\n' || end[-1] == ' '))
        --end;
    snprintf(out, room, "%.*s", (int)(end - value), value);
    return 1;
}

static size_t on_header(char* line, size_t one, size_t size, void* context) {
    struct probe_reply* reply = context;
    char seconds[16];
    header_value(line, size, "Date", reply->date, sizeof reply->date);
    if (header_value(line, size, "Retry-After", seconds, sizeof seconds)) {
        char* end = NULL;
        long value = strtol(seconds, &end, 10);
        if (end != seconds && *end == '\0' && value >= 0 && value <= 3600)
            reply->retry_after_s = (int)value;
    }
    return one * size;
}

static struct curl_slist* make_headers(const struct probe_request* request) {
    struct curl_slist* list = NULL;
    for (size_t i = 0; i < request->header_count; ++i) {
        struct buffer line = {0};
        buffer_text(&line, request->headers[i][0]);
        buffer_text(&line, ": ");
        buffer_text(&line, request->headers[i][1]);
        list = curl_slist_append(list, line.data);
        buffer_free(&line);
    }
    return list;
}

static void free_headers(struct curl_slist* list) {
    for (struct curl_slist* at = list; at != NULL; at = at->next)
        wipe(at->data, strlen(at->data));
    curl_slist_free_all(list);
}

static void set_trust(CURL* curl, const struct options* options) {
    if (options->ca_file != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
    if (options->pins.count == 0) return;
    struct buffer pins = {0};
    for (size_t i = 0; i < options->pins.count; ++i) {
        if (i > 0) buffer_text(&pins, ";");
        buffer_text(&pins, options->pins.items[i]);
    }
    curl_easy_setopt(curl, CURLOPT_PINNEDPUBLICKEY, pins.data);
    buffer_free(&pins);
}

void probe_send(const struct options* options, const struct probe_request* request,
                struct probe_reply* reply) {
    memset(reply, 0, sizeof *reply);
    reply->retry_after_s = -1;
    CURL* curl = curl_easy_init();
    if (curl == NULL) {
        snprintf(reply->trouble, sizeof reply->trouble, "out of memory");
        return;
    }
    struct curl_slist* headers = make_headers(request);
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http"); /* the SDK has checked the URLs */
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "credit-cli-doctor/0.1");
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)kProbeTimeoutMs);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, reply);
    if (request->body != NULL) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
    set_trust(curl, options);
    CURLcode code = curl_easy_perform(curl);
    long status = 0;
    if (code == CURLE_OK) curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK)
        snprintf(reply->trouble, sizeof reply->trouble, "%s", curl_easy_strerror(code));
    reply->status = (int)status;
    free_headers(headers);
    curl_easy_cleanup(curl);
}

void probe_reply_free(struct probe_reply* reply) {
    buffer_free(&reply->body);
}

/* Plain HTTP for the doctor's probes, over libcurl: the SDK does not let a refresh token out, and the
 * doctor has to do with one what no app may. Every request goes out once, on a connection of its own. */
#ifndef CREDIT_CLI_DOCTOR_HTTP_H
#define CREDIT_CLI_DOCTOR_HTTP_H

#include "options.h"
#include "text.h"

enum { kMostProbeHeaders = 6 };

struct probe_request {
    const char* url;
    const char* body; /* NULL: GET */
    const char* headers[kMostProbeHeaders][2];
    size_t header_count;
};

struct probe_reply {
    int status; /* 0: none came, `trouble` says why */
    char trouble[128];
    struct buffer body;
    char date[64];
    int retry_after_s;       /* -1: none, or not in seconds */
    char correlation_id[64]; /* that was sent */
};

void probe_header(struct probe_request* request, const char* name, const char* value);
/* Fills `reply`, which the caller frees in any case. Trust and pins come from the options. */
void probe_send(const struct options* options, const struct probe_request* request,
                struct probe_reply* reply);
void probe_reply_free(struct probe_reply* reply);
/* A random UUID, version 4; ends the program when the system has no randomness. */
enum { kUuidSize = 37 };
void probe_uuid(char out[kUuidSize]);

#endif

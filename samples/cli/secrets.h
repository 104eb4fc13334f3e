/* The secrets the program is given. They come through the environment or a descriptor, never as
 * arguments, and the environment's copies are wiped as soon as they were read. */
#ifndef CREDIT_CLI_SECRETS_H
#define CREDIT_CLI_SECRETS_H

#include <stdint.h>

#include "options.h"

enum { kKeySize = 32 };

struct secrets {
    int key_given;
    int key_from_environment;
    uint8_t key[kKeySize];
    char* passphrase;   /* NULL: none */
    char* partner_auth; /* value of the Authorization header towards the partner, or NULL */
    char* doctor_auth;  /* the same of the doctor's throw-away borrower, or NULL */
};

/* To be called first of all, whatever the command is. 0, or -1 with a message. */
int secrets_from_environment(struct secrets* secrets, char message[kMessageSize]);
int secrets_from_descriptors(struct secrets* secrets, const struct options* options,
                             char message[kMessageSize]);
void secrets_wipe(struct secrets* secrets);

#endif

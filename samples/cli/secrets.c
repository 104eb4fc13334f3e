#include "secrets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

enum { kMaxSecret = 4096, kHexSize = 2 * kKeySize };

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static int decode_key(const char* hex, size_t size, uint8_t key[kKeySize]) {
    if (size != kHexSize) return -1;
    for (size_t i = 0; i < kKeySize; ++i) {
        int high = hex_digit(hex[2 * i]);
        int low = hex_digit(hex[2 * i + 1]);
        if (high < 0 || low < 0) return -1;
        key[i] = (uint8_t)(high * 16 + low);
    }
    return 0;
}

/* The value, or NULL. Its place in the process's environment is overwritten, because that memory
 * can be read from outside for the whole life of the process. */
static char* take_variable(const char* name) {
    char* value = getenv(name);
    if (value == NULL) return NULL;
    char* copy = value[0] == '\0' ? NULL : must_copy(str_of(value));
    wipe(value, strlen(value));
    unsetenv(name);
    return copy;
}

static void free_secret(char** secret) {
    if (*secret != NULL) wipe(*secret, strlen(*secret));
    free(*secret);
    *secret = NULL;
}

int secrets_from_environment(struct secrets* secrets, char message[kMessageSize]) {
    memset(secrets, 0, sizeof *secrets);
    secrets->partner_auth = take_variable("CREDIT_PARTNER_AUTH");
    secrets->doctor_auth = take_variable("CREDIT_DOCTOR_AUTH");
    char* hex = take_variable("CREDIT_STORAGE_KEY");
    if (hex == NULL) return 0;
    int failed = decode_key(hex, strlen(hex), secrets->key);
    free_secret(&hex);
    if (failed) {
        snprintf(message, kMessageSize, "CREDIT_STORAGE_KEY must be 64 hex digits");
        return -1;
    }
    secrets->key_given = 1;
    secrets->key_from_environment = 1;
    return 0;
}

static size_t without_line_end(const struct buffer* text) {
    size_t size = text->size;
    if (size > 0 && text->data[size - 1] == '\n') --size;
    if (size > 0 && text->data[size - 1] == '\r') --size;
    return size;
}

static int read_secret(int64_t fd, const char* label, struct buffer* out,
                       char message[kMessageSize]) {
    if (read_all((int)fd, kMaxSecret, out) == 0 && out->size > 0) return 0;
    snprintf(message, kMessageSize, "%s: nothing usable can be read from the descriptor", label);
    return -1;
}

static int read_key(struct secrets* secrets, int64_t fd, char message[kMessageSize]) {
    struct buffer text = {0};
    int failed = read_secret(fd, "--storage-key-fd", &text, message);
    if (!failed) {
        if (text.size == kKeySize) {
            memcpy(secrets->key, text.data, kKeySize);
        } else if (decode_key(text.data, without_line_end(&text), secrets->key) != 0) {
            snprintf(message, kMessageSize,
                     "--storage-key-fd must deliver 32 bytes or 64 hex digits");
            failed = -1;
        }
    }
    buffer_free(&text);
    secrets->key_given = !failed;
    secrets->key_from_environment = 0;
    return failed;
}

static int read_passphrase(struct secrets* secrets, int64_t fd, char message[kMessageSize]) {
    struct buffer text = {0};
    int failed = read_secret(fd, "--storage-passphrase-fd", &text, message);
    if (!failed) {
        credit_str passphrase = {text.data, without_line_end(&text)};
        secrets->passphrase = must_copy(passphrase);
    }
    buffer_free(&text);
    return failed;
}

int secrets_from_descriptors(struct secrets* secrets, const struct options* options,
                             char message[kMessageSize]) {
    if (options->storage_key_fd >= 0 && options->storage_passphrase_fd >= 0) {
        snprintf(message, kMessageSize,
                 "--storage-key-fd and --storage-passphrase-fd exclude each other");
        return -1;
    }
    if (options->storage_key_fd >= 0) return read_key(secrets, options->storage_key_fd, message);
    if (options->storage_passphrase_fd >= 0) {
        if (secrets->key_given) {
            snprintf(message, kMessageSize,
                     "CREDIT_STORAGE_KEY and --storage-passphrase-fd exclude each other");
            return -1;
        }
        return read_passphrase(secrets, options->storage_passphrase_fd, message);
    }
    return 0;
}

void secrets_wipe(struct secrets* secrets) {
    free_secret(&secrets->passphrase);
    free_secret(&secrets->partner_auth);
    free_secret(&secrets->doctor_auth);
    wipe(secrets, sizeof *secrets);
}

/* Names a token without telling it: SipHash-2-4 with a public key. Tokens carry far more than 64
 * random bits, so nobody comes back from the fingerprint to the token; it is for comparing, not
 * for protecting short secrets. */
#ifndef CREDIT_CLI_FINGERPRINT_H
#define CREDIT_CLI_FINGERPRINT_H

#include <credit/credit.h>
#include <stdint.h>

enum { kFingerprintSize = 17 }; /* 16 hex digits and the NUL */

uint64_t fingerprint_of(credit_str text);
void fingerprint_write(uint64_t fingerprint, char out[kFingerprintSize]);

#endif

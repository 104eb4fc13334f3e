/* Storage that fails on purpose. For trials.
 *
 * Kinds key-* sit in front of the real sealed files: the sealing key cannot be had, as on a phone
 * that is locked. The other kinds are a store in the memory of this process, which never writes a
 * record anywhere, so that no token can end up on disk unsealed. */
#ifndef CREDIT_CLI_TRIAL_STORAGE_H
#define CREDIT_CLI_TRIAL_STORAGE_H

#include <credit/credit.h>

#include "options.h"
#include "secrets.h"

int trial_storage_uses_files(const struct options* options);
credit_code trial_storage_install(credit_config* config, const struct options* options,
                                  const struct secrets* secrets);

#endif

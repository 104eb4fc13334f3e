/* Makes the SDK's configuration from what the user said. */
#ifndef CREDIT_CLI_CONFIG_H
#define CREDIT_CLI_CONFIG_H

#include <credit/credit.h>

#include "options.h"
#include "output.h"
#include "secrets.h"

/* NULL with a failure that names the option when something is refused. */
credit_config* config_make(const struct options* options, const struct secrets* secrets,
                           struct failure* failure);

/* Environment, URLs and paths only: enough for the hosted page, not for a session. */
credit_config* config_make_endpoints(const struct options* options, struct failure* failure);

#endif

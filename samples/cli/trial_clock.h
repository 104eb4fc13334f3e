/* A wall clock that is off, through the SDK's clock port. For trials. */
#ifndef CREDIT_CLI_TRIAL_CLOCK_H
#define CREDIT_CLI_TRIAL_CLOCK_H

#include <credit/credit.h>

/* Time since boot stays true. The boot's name is this program's own: to the SDK, processes with and
 * without a trial clock run in different boots. An offset of 0 is a trial clock that is right. */
credit_code trial_clock_install(credit_config* config, int64_t offset_ms);

#endif

#ifndef CREDIT_CLI_HELP_H
#define CREDIT_CLI_HELP_H

void help_print(void);

#endif

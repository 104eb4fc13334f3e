/* Compiled on every system that the tests are built for: the layouts hold, or this does not compile. */
#include "layout.h"

extern int credit_layout_holds;
int credit_layout_holds = 1;

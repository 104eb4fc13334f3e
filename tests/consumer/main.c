/* The smallest program there is: does the library that is loaded fit the header? */
#include <credit/credit.h>
#include <stdio.h>

int main(void) {
    if (credit_check_abi(CREDIT_ABI_MAJOR, CREDIT_ABI_MINOR) != CREDIT_OK) return 1;
    credit_str version = credit_version();
    printf("credit %.*s\n", (int)version.size, version.data);
    return 0;
}

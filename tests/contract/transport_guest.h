/* The contract of transports (transport_contract.h), for transports written in another language and handed to the library
 * through the C API: a program of that language fills a credit_transport_guest and calls credit_transport_contract_run().
 *
 * The library of the suite takes the place of libcredit for such a program: it has the same name for the loader, exports
 * the whole of credit.h, and besides the function below. So the program is linked against libcredit as ever, run with the
 * folder of the suite's library first in LD_LIBRARY_PATH, and finds the function by dlsym(). */
#ifndef CREDIT_TESTS_CONTRACT_TRANSPORT_GUEST_H
#define CREDIT_TESTS_CONTRACT_TRANSPORT_GUEST_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct
    credit_transport; /* of credit.h, which is not included so that any spelling of its path will do */

/* One test of the suite that the guest does not keep. */
typedef struct credit_transport_exception {
    const char* test;   /* the test's name without the suite's: "path_is_sent_as_given" */
    const char* reason; /* one line */
} credit_transport_exception;

typedef struct credit_transport_guest {
    void* context;
    const char* name; /* letters and digits */
    /* Fills in a transport without a past, for one test. Its release() is called when the test and its exchanges are over. */
    void (*make)(void* context, struct credit_transport* transport);
    /* Called before each start(): whom the transport of the last make() has to trust from now on, a bundle of PEM
     * certificates; size 0: the system's authorities. The C table does not carry it, trust is the platform's business. */
    void (*trust)(void* context, const char* pem, size_t size);
    const credit_transport_exception* exceptions;
    size_t exception_count;
} credit_transport_guest;

/* Runs the suite on the calling thread and returns 0 when all is as it should be: every test is kept, except those of
 * `exceptions`, each of which is run in a process of its own and fails, crashes or hangs there. For that the program is
 * started again as it was started, with GTEST_FILTER in its environment.
 * With GTEST_FILTER in the environment only those tests are run, in this process, exceptions or not.
 * The last line printed is "transport contract of NAME: A kept, B broken, C not carried by the table, D excepted". */
__attribute__((visibility("default"))) int credit_transport_contract_run(
    const credit_transport_guest* guest);

#ifdef __cplusplus
}
#endif

#endif /* CREDIT_TESTS_CONTRACT_TRANSPORT_GUEST_H */

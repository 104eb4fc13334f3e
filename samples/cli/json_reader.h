/* Just enough reading of JSON to walk the SDK's diagnostics: values are slices of the text.
 * Tolerant: what it does not understand it reports as absent. */
#ifndef CREDIT_CLI_JSON_READER_H
#define CREDIT_CLI_JSON_READER_H

#include "text.h"

/* The value of a key of the object `json`; size 0: not there. */
credit_str json_member(credit_str json, const char* key);
/* Walks an array: *at begins at 0; the next element, size 0 after the last. */
credit_str json_element(credit_str array, size_t* at);
/* Appends the text a string stands for (others as they are; null as nothing). */
void json_unquote(credit_str value, struct buffer* out);
/* `otherwise` if it is no whole number. */
int64_t json_integer(credit_str value, int64_t otherwise);

#endif

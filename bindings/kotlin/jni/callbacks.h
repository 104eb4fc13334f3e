// The library's callbacks; the context of each is the number of the waiting call.
#pragma once

#include <credit/credit.h>

namespace credit::jni {

void on_done(void* context, const credit_error* error);
void on_token(void* context, credit_token* token, const credit_error* error);
void on_text(void* context, credit_str text, const credit_error* error);
void on_response(void* context, credit_response* response, const credit_error* error);
void on_journey(void* context, credit_journey* journey, const credit_error* error);
void on_state(void* context, const credit_state_info* info);
// Of ports and observers: the number is free again.
void on_released(void* context);

}  // namespace credit::jni

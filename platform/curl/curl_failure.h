// What libcurl's error codes mean to the core.
#pragma once

#include <curl/curl.h>

#include "core/http/message.h"

namespace credit::curl {

// How far the request had come when it failed.
struct FailurePoint {
    bool committed = false;   // the point of no return was passed: bytes may have left
    bool in_headers = false;  // no complete reply header yet
    long verify_result = 0;   // CURLINFO_SSL_VERIFYRESULT: OpenSSL's X509_V_ERR_*
};

HttpFailure failure_of(CURLcode code, const FailurePoint& at) noexcept;

}  // namespace credit::curl

#include "platform/curl/curl_failure.h"

namespace credit::curl {
namespace {

// <openssl/x509_vfy.h>; repeated here because this adapter's one library is libcurl.
constexpr long kCertNotYetValid = 9;
constexpr long kCertHasExpired = 10;

HttpFailure peer_failure(long verify_result) noexcept {
    const bool time = verify_result == kCertNotYetValid || verify_result == kCertHasExpired;
    return time ? HttpFailure::tls_time : HttpFailure::tls;
}

// libcurl says "out of memory" for a header line above 100 KB, too; while a reply's headers are
// being read that is by far the likelier meaning.
HttpFailure memory_failure(const FailurePoint& at) noexcept {
    return at.committed && at.in_headers ? HttpFailure::reply_too_large
                                         : HttpFailure::out_of_memory;
}

}  // namespace

HttpFailure failure_of(CURLcode code, const FailurePoint& at) noexcept {
    switch (code) {
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
            return HttpFailure::resolve;
        case CURLE_COULDNT_CONNECT:
        case CURLE_NO_CONNECTION_AVAILABLE:
        case CURLE_INTERFACE_FAILED:
            return HttpFailure::connect;
        case CURLE_PEER_FAILED_VERIFICATION:
            return peer_failure(at.verify_result);
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
            return HttpFailure::pin;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_ENGINE_SETFAILED:
        case CURLE_SSL_ENGINE_INITFAILED:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CRL_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_SSL_CLIENTCERT:
        case CURLE_USE_SSL_FAILED:
            return HttpFailure::tls;
        case CURLE_OPERATION_TIMEDOUT:
            return at.committed ? HttpFailure::timeout : HttpFailure::connect;
        case CURLE_FILESIZE_EXCEEDED:
            return HttpFailure::reply_too_large;
        case CURLE_OUT_OF_MEMORY:
            return memory_failure(at);
        case CURLE_URL_MALFORMAT:
        case CURLE_UNSUPPORTED_PROTOCOL:
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_UNKNOWN_OPTION:
        case CURLE_NOT_BUILT_IN:
            // After the point of no return these speak of the reply (HTTP/0.9, for example).
            return at.committed ? HttpFailure::interrupted : HttpFailure::refused;
        default:
            // A connection that broke, at whatever point.
            return at.committed ? HttpFailure::interrupted : HttpFailure::connect;
    }
}

}  // namespace credit::curl

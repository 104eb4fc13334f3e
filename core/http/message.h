// HTTP as values: what the core wants sent and what came back. No socket, no library.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret.h"
#include "core/base/time.h"

namespace credit {

struct HttpHeader {
    std::string name;
    std::string value;
};

// Trust and identity of the connection; shared by all requests of a configuration.
struct TlsSettings {
    std::string ca_bundle_pem;             // empty: the platform's own trust store
    std::vector<std::string> pinned_keys;  // "sha256//<base64>", at least two when not empty
};

struct HttpRequest {
    std::string method;
    std::string url;  // absolute, validated; never carries a secret
    std::vector<HttpHeader> headers;
    // "Authorization: Bearer <bearer>" when set; kept apart so that it never lies in an ordinary
    // string.
    SecretRef bearer;
    SecretBuffer body;
    std::shared_ptr<const TlsSettings> tls;

    bool fresh_connection =
        false;  // R15: no reused connection, so nothing is re-sent behind our back
    Millis connect_timeout = seconds(5);
    Millis timeout = seconds(10);  // from start to the last byte
    std::size_t max_reply_bytes = 2 * 1024 * 1024;
    std::size_t max_header_bytes = 32 * 1024;
    // R9: at the point of no return the transport gives up, as provably unsent, when its elapsed
    // clock is past this. INT64_MAX: no bound.
    ElapsedTime send_before{INT64_MAX};
    bool allow_http = false;  // plain http, loopback in TEST only
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;
    SecretBuffer body;  // complete: a reply cut short is a failure, not a response (W6)

    // The first header of that name (ASCII case-insensitive), or null.
    const std::string* header(std::string_view name) const noexcept;
};

// Why there is no response.
enum class HttpFailure {
    resolve,       // name not found
    connect,       // refused, unreachable, timed out before a connection stood
    tls,           // handshake or certificate
    tls_time,      // the certificate is not valid at the device's time (R32)
    pin,           // no pinned key matched
    lease_lapsed,  // send_before was past at the point of no return
    timeout,       // no complete reply in time
    interrupted,   // connection lost, reply cut short
    reply_too_large,
    cancelled,
    refused,  // the request itself is not acceptable to the transport
    out_of_memory,
};

}  // namespace credit

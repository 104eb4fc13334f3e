// Each option of libcurl and its reason. Nothing outside this file sets one on a request.
//
// clang-format off
// | option                        | value            | why
// |-------------------------------|------------------|-----------------------------------------------
// | PROTOCOLS_STR                 | https (or http)  | http only after the request check: loopback, TEST
// | REDIR_PROTOCOLS_STR           | https            | redirects are off; this is the second bolt
// | DEFAULT_PROTOCOL              | https            | no guessing from the host's name
// | DISALLOW_USERNAME_IN_URL      | 1                | no credentials in URLs
// | PATH_AS_IS                    | 1                | the path that was validated is the one sent
// | FOLLOWLOCATION, MAXREDIRS     | 0, 0             | a 3xx is an answer (R33)
// | HTTP_VERSION                  | 1.1              | clear point of no return, no refused streams
// | HTTP09_ALLOWED                | 0                | garbage is not a reply
// | FRESH_CONNECT, FORBID_REUSE   | when needed      | libcurl repeats on kept connections (R15)
// | SSL_VERIFYPEER, _VERIFYHOST   | 1, 2             | no switch turns this off
// | SSLVERSION                    | TLS 1.2 or later | also where the library's default is lower
// | SSL_OPTIONS                   | 0                | no early data, no revocation shortcuts
// | SSL_CTX_FUNCTION              | ours             | OpenSSL 3 overwrites what it has decrypted
// | SSL_SESSIONID_CACHE, SHARE    | 1, sessions      | fresh connections resume TLS sessions
// | CAINFO_BLOB                   | caller's bundle  | replaces the built-in list; not copied
// | CAPATH                        | none             | else a built-in one is trusted beside the blob,
// |                               |                  | and the CA cache is never used
// | CA_CACHE_TIMEOUT              | 24 h             | the built-in list is parsed once; libcurl
// |                               |                  | parses a blob for each connection
// | PINNEDPUBLICKEY               | pins, by ;       | any of them may match
// | PROXY, NOPROXY                | "", *            | proxies of the environment are ignored
// | HEADEROPT                     | separate         | our headers never reach a proxy
// | NETRC                         | ignored          | no credentials from files
// | UNRESTRICTED_AUTH             | 0                | no credentials to other hosts
// | ACCEPT_ENCODING               | unset            | no decompression bombs
// | HTTP_CONTENT_DECODING         | 0                | an encoded reply is passed on as it is
// | NOSIGNAL                      | 1                | no signal handler in the host's process
// | QUICK_EXIT                    | 1                | giving up on a slow name server does not wait
// |                               |                  | for it; its thread is left to end by itself
// | TIMEOUT_MS, CONNECTTIMEOUT_MS | the request's    | never 0, which would mean for ever
// | LOW_SPEED_LIMIT, _TIME        | 16 B/s, 30 s     | a dripping peer ends before a long timeout
// | MAXAGE_CONN, MAXLIFETIME_CONN | 30 s, 10 min     | idle connections die silently behind NATs
// | TCP_FASTOPEN                  | 0                | no byte before the connection stands
// | PREREQFUNCTION                | ours             | the point of no return (R9)
// | HEADER-, WRITEFUNCTION        | ours             | limits on what is accepted
// | POSTFIELDS                    | the request's    | not copied by libcurl
// | HTTPHEADER                    | all headers      | libcurl's own Accept, User-Agent, Content-Type
// |                               |                  | and Expect are off
// | VERBOSE, NOPROGRESS           | 0, 1             | nothing is printed
// | cookies, HSTS, Alt-Svc, DoH   | never enabled    | no state beside the session
// clang-format on
#include "platform/curl/curl_options.h"

#include <algorithm>
#include <climits>

#include "platform/curl/curl_handles.h"
#include "platform/curl/curl_library.h"
#include "platform/curl/curl_request_check.h"
#include "platform/curl/curl_transfer.h"

namespace credit::curl {
namespace {

constexpr long kMaxIdleConnections = 8;

// Sets options until one fails and remembers that failure.
class Options {
  public:
    explicit Options(CURL* easy) noexcept : easy_(easy) {}

    template <class Value>
    void set(CURLoption option, Value value) noexcept {
        if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
    }
    CURLcode code() const noexcept { return code_; }

  private:
    CURL* easy_;
    CURLcode code_ = CURLE_OK;
};

long positive(Millis duration) noexcept {
    return static_cast<long>(std::clamp<std::int64_t>(duration.count, 1, INT_MAX));
}

void set_protocol(Options& o, const HttpRequest& request) noexcept {
    o.set(CURLOPT_PROTOCOLS_STR, request.allow_http ? "https,http" : "https");
    o.set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    o.set(CURLOPT_DEFAULT_PROTOCOL, "https");
    o.set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    o.set(CURLOPT_PATH_AS_IS, 1L);
    o.set(CURLOPT_FOLLOWLOCATION, 0L);
    o.set(CURLOPT_MAXREDIRS, 0L);
    o.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    o.set(CURLOPT_HTTP09_ALLOWED, 0L);
    o.set(CURLOPT_URL, request.url.c_str());
}

void set_tls(Options& o, const Transfer& transfer, CURLSH* share) noexcept {
    o.set(CURLOPT_SSL_VERIFYPEER, 1L);
    o.set(CURLOPT_SSL_VERIFYHOST, 2L);
    o.set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    o.set(CURLOPT_SSL_OPTIONS, 0L);
    o.set(CURLOPT_SSL_SESSIONID_CACHE, 1L);
    if (can_cleanse_received()) o.set(CURLOPT_SSL_CTX_FUNCTION, &cleanse_received);
    o.set(CURLOPT_SHARE, share);
    o.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    o.set(CURLOPT_CA_CACHE_TIMEOUT, 24L * 60 * 60);
    const TlsSettings* tls = transfer.request().tls.get();
    if (tls != nullptr && !tls->ca_bundle_pem.empty()) {
        // libcurl does not write through the pointer; the request keeps the bundle alive.
        curl_blob blob{const_cast<char*>(tls->ca_bundle_pem.data()), tls->ca_bundle_pem.size(),
                       CURL_BLOB_NOCOPY};
        o.set(CURLOPT_CAINFO_BLOB, &blob);
    }
    if (!transfer.pins().empty()) o.set(CURLOPT_PINNEDPUBLICKEY, transfer.pins().c_str());
}

void set_environment(Options& o) noexcept {
    o.set(CURLOPT_PROXY, "");
    o.set(CURLOPT_NOPROXY, "*");
    o.set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
    o.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    o.set(CURLOPT_UNRESTRICTED_AUTH, 0L);
    o.set(CURLOPT_ACCEPT_ENCODING, static_cast<const char*>(nullptr));
    o.set(CURLOPT_HTTP_CONTENT_DECODING, 0L);
    o.set(CURLOPT_NOSIGNAL, 1L);
    o.set(CURLOPT_QUICK_EXIT, 1L);
    o.set(CURLOPT_NOPROGRESS, 1L);
    o.set(CURLOPT_VERBOSE, 0L);
}

void set_connection(Options& o, const HttpRequest& request) noexcept {
    const long fresh = needs_fresh_connection(request) ? 1L : 0L;
    o.set(CURLOPT_FRESH_CONNECT, fresh);
    o.set(CURLOPT_FORBID_REUSE, fresh);
    o.set(CURLOPT_TIMEOUT_MS, positive(request.timeout));
    o.set(CURLOPT_CONNECTTIMEOUT_MS, positive(request.connect_timeout));
    o.set(CURLOPT_LOW_SPEED_LIMIT, 16L);
    o.set(CURLOPT_LOW_SPEED_TIME, 30L);
    o.set(CURLOPT_MAXAGE_CONN, 30L);
    o.set(CURLOPT_MAXLIFETIME_CONN, 600L);
    o.set(CURLOPT_TCP_FASTOPEN, 0L);
}

void set_message(Options& o, const Transfer& transfer) noexcept {
    const HttpRequest& request = transfer.request();
    const bool takes_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (request.method == "HEAD") {
        o.set(CURLOPT_NOBODY, 1L);
    } else if (takes_body || !request.body.empty()) {
        o.set(CURLOPT_POST, 1L);
        o.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        o.set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    } else {
        o.set(CURLOPT_HTTPGET, 1L);
    }
    if (request.method != "HEAD") o.set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    o.set(CURLOPT_HTTPHEADER, transfer.headers().get());
}

void set_callbacks(Options& o, const Transfer& transfer) noexcept {
    // libcurl hands the pointer back to our callbacks only, and those belong to the transfer.
    void* self = const_cast<Transfer*>(&transfer);
    o.set(CURLOPT_PRIVATE, self);
    o.set(CURLOPT_PREREQFUNCTION, &Transfer::on_point_of_no_return);
    o.set(CURLOPT_PREREQDATA, self);
    o.set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    o.set(CURLOPT_HEADERDATA, self);
    o.set(CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    o.set(CURLOPT_WRITEDATA, self);
}

}  // namespace

CURLcode set_options(const Transfer& transfer, CURLSH* share) noexcept {
    Options o(transfer.easy());
    set_protocol(o, transfer.request());
    set_tls(o, transfer, share);
    set_environment(o);
    set_connection(o, transfer.request());
    set_message(o, transfer);
    set_callbacks(o, transfer);
    return o.code();
}

CURLSH* make_share() noexcept {
    Share share(curl_share_init());
    if (share == nullptr) return nullptr;
    const CURLSHcode code =
        curl_share_setopt(share.get(), CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
    return code == CURLSHE_OK ? share.release() : nullptr;
}

CURLM* make_multi() noexcept {
    Multi multi(curl_multi_init());
    if (multi == nullptr) return nullptr;
    if (curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, kMaxIdleConnections) != CURLM_OK) {
        return nullptr;
    }
    // libcurl goes on without a wake-up channel when it can get none; we cannot.
    return curl_multi_wakeup(multi.get()) == CURLM_OK ? multi.release() : nullptr;
}

}  // namespace credit::curl
